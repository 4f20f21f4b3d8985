"""Refuses to touch an account that nobody named."""

from __future__ import annotations

from typing import Any

from infra.deploying.options import Options
from infra.deploying.programs import Programs
from infra.deploying.stopping import RefusedError

_LEAST_AZ = (2, 60)


def azure(options: Options, programs: Programs) -> str:
    """Check who is signed in to Azure, and where; return the subscription.

    Raises:
        RefusedError: it is not the subscription that was named, or none was.
    """
    version = str(programs.json("az", "version", "--output", "json")["azure-cli"])
    if tuple(int(part) for part in version.split(".")[:2]) < _LEAST_AZ:
        raise RefusedError(f"az {version} is too old: {'.'.join(map(str, _LEAST_AZ))} at least.")
    if not options.subscription:
        raise RefusedError("Say which subscription: AZURE_SUBSCRIPTION_ID or --subscription.")
    account: dict[str, Any] = programs.json("az", "account", "show", "--output", "json")
    if str(account["id"]).casefold() != options.subscription.casefold():
        raise RefusedError(
            f"az is signed in to {account['id']}, not to {options.subscription}: "
            "az account set --subscription …"
        )
    return str(account["id"])


def aws(options: Options, programs: Programs) -> str:
    """Check who is signed in to AWS; return the account.

    Raises:
        RefusedError: it is not the account that was named, or none was.
    """
    if not options.account:
        raise RefusedError("Say which account: AWS_ACCOUNT_ID or --account.")
    said = programs.json("aws", "sts", "get-caller-identity", "--output", "json", *region(options))
    if str(said["Account"]) != options.account:
        raise RefusedError(f"aws is signed in to {said['Account']}, not to {options.account}.")
    return str(said["Account"])


def region(options: Options) -> tuple[str, str]:
    """Return the arguments that keep `aws` to the environment's region, whatever the profile says."""
    return ("--region", options.environment.aws_region)
