"""Writes the published contract from the code: schemas, AsyncAPI, TypeScript types, pages and tables.

`python -m docs.contracts` writes, `python -m docs.contracts --check` only says what is stale.
"""
