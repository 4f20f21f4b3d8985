"""What a month costs: prices with their sources, usage by number of creators, the founding document's sums.

`python -m infra.costs --help` says what it can be asked. Money is `Decimal` dollars here, and only here: a
forecast is no ledger. What has been spent is in the ledger, in whole micro-dollars.
"""
