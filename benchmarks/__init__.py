"""Each benchmark measures one promise of the design, beside a named peer, in one run.

`python -m benchmarks [NAME…]` prints one JSON line per measurement and keeps them under `.local/bench/`.
Nothing here is a test: what a machine measures depends on its day, so everything is a ratio, taken in turns.
"""
