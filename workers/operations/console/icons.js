// The few signs of the navigation, drawn as lines.
import { svg } from './dom.js'

const PATHS = {
  now: ['M3 12h4l3-8 4 16 3-8h4'],
  'dead-letters': ['M4 6h16v12H4z', 'M4 7l8 6 8-6'],
  jobs: ['M4 6h16', 'M4 12h16', 'M4 18h10'],
  costs: ['M5 20V11', 'M12 20V4', 'M19 20v-6'],
  leave: ['M10 4H5v16h5', 'M14 8l4 4-4 4', 'M18 12H9'],
  back: ['M14 6l-6 6 6 6'],
  next: ['M10 6l6 6-6 6'],
}

export const icon = (name) =>
  svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, PATHS[name].map((d) => svg('path', { d })))
