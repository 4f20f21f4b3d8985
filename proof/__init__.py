"""The proof: the whole system on the embedded stack, under kills and faults, on one page of figures.

`python -m proof` writes `.local/proof/`; `--quick` takes a sample; `--publish` writes `docs/proof.md` from
the last run. It is a development tool: it is not shipped, and nothing imports it.
"""
