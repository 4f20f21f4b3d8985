"""Charts as SVG, without a library: a few lines over an axis."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from proof.parts import Chart

_WIDTH, _HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 44
_COLOURS = ("#2563eb", "#dc2626", "#059669", "#9333ea", "#d97706", "#0891b2")
_TICKS = 4
#: Above it, decimals say nothing.
_WHOLE_FROM = 10.0


def svg(chart: Chart) -> str:
    """Draw a chart."""
    points = [point for line in chart.lines.values() for point in line]
    most_x = max((x for x, _ in points), default=1.0) or 1.0
    most_y = max((y for _, y in points), default=1.0) or 1.0
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="system-ui, sans-serif" font-size="11">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="16" font-size="13" font-weight="600">{escape(chart.title)}</text>',
        *_axes(chart, most_x, most_y),
    ]
    for number, (name, line) in enumerate(chart.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_line(line, most_x, most_y, colour))
        parts.append(
            f'<text x="{_LEFT + 6 + 150 * number}" y="{_TOP + 8}" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def _axes(chart: Chart, most_x: float, most_y: float) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    drawn = []
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        x, y = _LEFT + share * (right - _LEFT), bottom - share * (bottom - _TOP)
        drawn += [
            f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>',
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(share * most_y)}</text>',
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_number(share * most_x)}</text>',
        ]
    drawn.append(f'<text x="{right}" y="{_HEIGHT - 8}" text-anchor="end">{escape(chart.x)}</text>')
    drawn.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{escape(chart.y)}</text>')
    return drawn


def _line(points: Sequence[tuple[float, float]], most_x: float, most_y: float, colour: str) -> str:
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    drawn = " ".join(
        f"{_LEFT + x / most_x * wide:.1f},{_HEIGHT - _BOTTOM - y / most_y * high:.1f}" for x, y in points
    )
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE_FROM or value == int(value) else f"{value:.2g}"
