"""The bill as a picture: one bar for each number of creators, one colour for each invoice."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from infra.costs.bill import Bill, Group

_WIDTH, _HEIGHT = 720, 380
_LEFT, _TOP, _BOTTOM = 64, 56, 48
#: Told apart by people who do not see red or green, and on paper (Okabe and Ito's palette).
_COLOURS = {Group.AZURE: "#0072b2", Group.AWS: "#e69f00", Group.MODELS: "#009e73"}
_BAR_SHARE = 0.5
_STEPS = (1, 2, 5)
_LINES_AT_MOST = 6


def chart(bills: Mapping[int, Bill]) -> str:
    """Return an SVG of what each number of creators costs a month."""
    top = max(bill.usd for bill in bills.values())
    step = _step(float(top))
    scale = (_HEIGHT - _TOP - _BOTTOM) / (step * -(-float(top) // step))
    parts = [_frame(), *_grid(step, scale), *_legend()]
    slot = (_WIDTH - _LEFT - 16) / len(bills)
    for place, (creators, bill) in enumerate(bills.items()):
        parts += _bar(
            bill,
            creators,
            left=_LEFT + slot * (place + (1 - _BAR_SHARE) / 2),
            width=slot * _BAR_SHARE,
            scale=scale,
        )
    return "\n".join([*parts, "</svg>\n"])


def _frame() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">\n'
        "<title>Dollars a month by number of creators</title>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n'
        f'<text x="16" y="26" font-size="16" font-weight="600" fill="#1b1b1f">Dollars a month</text>'
    )


def _grid(step: float, scale: float) -> list[str]:
    count = int((_HEIGHT - _TOP - _BOTTOM) / scale / step + 0.5)
    rows = []
    for number in range(count + 1):
        y = _HEIGHT - _BOTTOM - number * step * scale
        rows.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e3e8"/>')
        rows.append(_text(_LEFT - 8, y + 4, f"{number * step:,.0f}", 'text-anchor="end" fill="#5c5c66"'))
    return rows


def _legend() -> list[str]:
    parts = []
    for place, (group, colour) in enumerate(_COLOURS.items()):
        x = _WIDTH - 300 + place * 100
        parts.append(f'<rect x="{x}" y="15" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="26" fill="#1b1b1f">{escape(group.value)}</text>')
    return parts


def _bar(bill: Bill, creators: int, *, left: float, width: float, scale: float) -> list[str]:
    parts, y = [], float(_HEIGHT - _BOTTOM)
    for group, colour in _COLOURS.items():
        usd = float(bill.group_usd(group))
        height = usd * scale
        y -= height
        parts.append(
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">'
            f"<title>{escape(group.value)}: {usd:,.0f} $</title></rect>"
        )
    middle = left + width / 2
    centred = 'text-anchor="middle" fill="#1b1b1f"'
    parts.append(_text(middle, y - 8, f"{bill.usd:,.0f}", f'{centred} font-weight="600"'))
    parts.append(_text(middle, _HEIGHT - _BOTTOM + 20, f"{creators:,} creators", centred))
    return parts


def _text(x: float, y: float, text: str, look: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'


def _step(top: float) -> float:
    """Return the distance of lines that a person can count in."""
    power = 1.0
    while True:
        for step in _STEPS:
            if top <= step * power * _LINES_AT_MOST:
                return step * power
        power *= 10
