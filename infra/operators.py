"""`python -m infra.operators NAME ROLE`: make an operator's key, and its entry for `OPERATOR_KEYS`.

The key is shown here and nowhere else; the app is told its hash only. A role is `viewer`, `operator` or
`admin`.
"""

from __future__ import annotations

import argparse

from shared.access.operators import Operator, OperatorKey, Role, digest_of, new_key


def make(name: str, role: Role) -> tuple[str, OperatorKey]:
    """Return a new key and the entry by which it is recognised.

    Raises:
        ValueError: the name can't stand in the setting.
    """
    key = new_key()
    entry = OperatorKey(operator=Operator(name=name, role=role), digest=digest_of(key))
    return key, OperatorKey.parse(str(entry))


def main() -> None:
    """Make a key and print it with its entry."""
    parser = argparse.ArgumentParser(prog="python -m infra.operators", description=__doc__)
    parser.add_argument("name", help="small letters, digits, . _ @ -")
    parser.add_argument("role", choices=[str(role) for role in Role])
    arguments = parser.parse_args()
    try:
        key, entry = make(arguments.name, Role(arguments.role))
    except ValueError as error:
        parser.error(str(error))
    print(f"key, shown only now:          {key}")  # noqa: T201 - the command's answer to its operator
    print(f"to be added to OPERATOR_KEYS: {entry}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
