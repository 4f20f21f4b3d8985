"""The verbs of `python -m infra.local`, one module each: `run(arguments, console)` returns an exit status."""
