"""The founding document's figures beside ours, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra.costs.bill import Bill


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One position in both."""

    name: str
    founding: str
    ours_usd: Decimal
    why: str


#: Position, what the document says, the names our lines begin with, and the reason.
_POSITIONS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "Functions",
        "146.88",
        ("Functions",),
        "0.204 x 720 h there; a month has 730 h, and East US lists more. An EP1 bills no executions.",
    ),
    ("Service Bus", "10", ("Service Bus",), "The same within its rounding."),
    ("Front end", "20", ("Vercel",), "A seat of Pro costs that; Hobby is free and not for business."),
    ("RDS", "35-45", ("RDS",), "The instance and 50 GB of gp3 at list price."),
    (
        "Cache, and the way to it",
        "25-30",
        ("ElastiCache", "Cache beside", "NAT", "VPN", "Load balancer"),
        "ElastiCache can't be reached from Azure; the document has no way there.",
    ),
    ("S3", "15-20", ("S3",), "150 GB cost 3.45 in the first month; but each month adds as much."),
    ("Lambda", "3-5", ("Lambda",), "Within AWS's free million requests."),
    (
        "Models",
        "62",
        ("Chat", "Content", "Video"),
        "Hoped there: 80 % cache hits. Here: a bank of lines, a small model for light messages, and videos.",
    ),
    ("SignalR", "left out", ("SignalR",), "More than 20 open clients need a Standard unit."),
    ("Logs and alerts", "0", ("Logs", "Alerts"), "CloudWatch's free tier does not watch Azure."),
    ("E-mail, storage, secrets", "left out", ("E-mail", "Storage of", "Secrets"), "Small, but not nothing."),
    ("Traffic out of AWS", "left out", ("Traffic",), "Videos are read from Azure; 100 GB a month are free."),
)


def differences(ours: Bill) -> Sequence[Difference]:
    """Return every position; together they are the whole bill."""
    return [
        Difference(name=name, founding=says, ours_usd=ours.line_usd(*names), why=why)
        for name, says, names, why in _POSITIONS
    ]
