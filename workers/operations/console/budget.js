// A month's money in one look: spent, against the budget, and where it leads.
import { h } from './dom.js'
import { meter } from './parts.js'
import { money, percent, t } from './words.js'

const MARKS = [0.7, 0.9]

export function budgetOf({ spentUsdMicros: spent, budgetUsdMicros: budget, forecastUsdMicros: forecast, budgetPercent, forecastPercent }) {
  const tone = budgetPercent >= 90 ? 'bad' : budgetPercent >= 70 || forecastPercent > 100 ? 'warn' : ''
  return h('div', { class: 'budget' },
    h('p', { class: 'figure' }, money(spent), budget ? h('small', {}, t('costs.of', { budget: money(budget) })) : null),
    budget ? meter(spent / budget, { tone, marks: MARKS, label: t('costs.share', { percent: percent(budgetPercent) }) }) : null,
    h('p', { class: forecastPercent > 100 ? 'warn-text' : 'quiet' },
      t('costs.forecast', { amount: money(forecast) }), budget ? ` · ${percent(forecastPercent)}` : ''))
}
