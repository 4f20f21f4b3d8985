#!/usr/bin/env bash
# Runs `python -m infra.deploying`, with the checkout's own Python (`make setup`) unless PYTHON names another.
set -Eeuo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# What is written on the way, such as notes of a release, is for its owner alone.
umask 077
python="${PYTHON:-.venv/bin/python}"
if ! command -v -- "$python" >/dev/null; then
  echo "There is no $python: make setup, or set PYTHON." >&2
  exit 2
fi
exec "$python" -m infra.deploying "$@"
