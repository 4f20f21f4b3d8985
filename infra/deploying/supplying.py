"""What the apps need that no template has: secrets, and a database that is as the code expects it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from infra.deploying import database, secrets
from infra.deploying.foretelling import Deployment
from infra.deploying.stopping import RefusedError


def check_secrets(run: Deployment) -> None:
    """Check, before anything is changed, that every secret is in the vault, given, or AWS's.

    Raises:
        RefusedError: a setting would refer to a secret that is nowhere.
    """
    given = secrets.supplied(run.work.options.secrets)
    own = secrets.FROM_AWS if run.work.options.aws else ()
    if absent := [name for name in _lacking(run, given) if name not in own]:
        raise RefusedError(f"Nowhere: {', '.join(absent)}. Give them with --secrets; see docs/deployment.md.")


def _lacking(run: Deployment, given: Mapping[str, str]) -> list[str]:
    named = [str(name) for name in run.work.options.given["suppliedSecrets"]]
    return secrets.missing(named, secrets.in_vault(run.work.azure.arm), given)


def secrets_of(run: Deployment) -> dict[str, str]:
    """Return the secrets that go into the vault now: those that are given, and AWS's that it lacks."""
    given = secrets.supplied(run.work.options.secrets)
    if wanted := _lacking(run, given):
        with run.work.progress.step("Secrets from AWS"):
            given |= _from_aws(run, wanted)
    return given


def forget_lost_key(run: Deployment) -> None:
    """Delete the access key that was made for a deployment that failed, unless the vault has it already."""
    if run.fresh_key and "aws-secret-access-key" not in secrets.in_vault(run.work.azure.arm):
        run.work.aws.forget_key(*run.fresh_key)


def _from_aws(run: Deployment, wanted: Sequence[str]) -> dict[str, str]:
    aws, found = run.work.aws, {}
    outputs = aws.outputs()
    if "database-url" in wanted:
        found["database-url"] = database.make_role(_master(run), outputs["DatabaseAddress"])
    if {"aws-access-key-id", "aws-secret-access-key"} & set(wanted):
        key_id, key = aws.make_key(outputs["WorkersUser"])
        run.fresh_key = (outputs["WorkersUser"], key_id)
        found |= {"aws-access-key-id": key_id, "aws-secret-access-key": key}
    return found


def migrate(run: Deployment) -> None:
    """Bring the schema up to date: as AWS's master, or with `DATABASE_URL` where that is given."""
    work = run.work
    if work.options.skip_migrations:
        return
    url = os.environ.get("DATABASE_URL") or (_master(run) if work.options.aws else "")
    if not url:
        work.progress.say("The schema stays as it is: DATABASE_URL=… python -m shared.persistence.migrations")
        return
    with work.progress.step("Schema"):
        database.migrate(url)


def _master(run: Deployment) -> str:
    outputs = run.work.aws.outputs()
    secret = run.work.aws.secret(outputs["DatabaseSecretArn"])
    return database.master_url(outputs["DatabaseAddress"], secret, run.work.options.database_ca)
