"""What the person asked for, and where an environment goes."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from infra.deploying.stopping import Status, StopError

ROOT = Path(__file__).resolve().parents[2]
#: What is packed; tests pack less.
SOURCE = Path(os.environ.get("DEPLOY_SOURCE", ROOT))
ENVIRONMENTS = ROOT / "infra" / "environments.json"


class Environment(BaseModel):
    """One environment of environments.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_group: str = Field(alias="resourceGroup")
    location: str
    stack: str
    aws_region: str = Field(alias="awsRegion")
    creators: int
    budget_usd: int = Field(alias="budgetUsd")


@dataclass(frozen=True, kw_only=True)
class Options:
    """One call of a script."""

    command: str
    cloud: str
    name: str
    environment: Environment
    plan: str
    dry_run: bool
    yes: bool
    json: bool
    allow_destructive: bool
    skip_migrations: bool
    #: The file with the secrets that the operator gives.
    secrets: Path | None
    #: Two accounts that the scripts may touch, and no other.
    subscription: str
    account: str
    #: What else but the functions may reach PostgreSQL, as a CIDR.
    operator_address: str
    #: How long a swap waits for what runs.
    drain_seconds: float
    #: How long to wait before what may pass is asked again.
    pause_seconds: float
    #: Amazon's certificates for RDS, which travel in the package; `None`: whoever answers is not RDS.
    database_ca: Path | None
    releases: Path
    what: str = ""
    to: str = ""
    slot: str = ""

    @property
    def azure(self) -> bool:
        """Whether Azure's half is asked for."""
        return self.cloud in {"azure", "all"}

    @property
    def aws(self) -> bool:
        """Whether AWS's half is asked for."""
        return self.cloud in {"aws", "all"}

    @property
    def parameters(self) -> Path:
        """Azure's parameters."""
        return ROOT / "infra" / "azure" / "params" / f"{self.name}.json"

    @property
    def given(self) -> Mapping[str, Any]:
        """The values in Azure's parameters, with the plan that is asked for."""
        said = json.loads(self.parameters.read_text())["parameters"]
        return {**{name: each["value"] for name, each in said.items()}, "plan": self.plan}


def read(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Raises:
        StopError: it makes no sense; argparse's own refusals end the program with status 2.
    """
    asked = _parser().parse_args(arguments)
    environments = json.loads(ENVIRONMENTS.read_text())
    environment = Environment.model_validate(environments[asked.env])
    if budget := os.environ.get("DEPLOY_BUDGET_USD"):
        environment = environment.model_copy(update={"budget_usd": int(budget)})
    said = json.loads((ROOT / "infra" / "azure" / "params" / f"{asked.env}.json").read_text())
    plan = asked.plan or said["parameters"]["plan"]["value"]
    if asked.command == "rollback" and not asked.what:
        raise StopError("Say what goes back: --app, --infra or both.", Status.USAGE)
    return Options(
        command=asked.command,
        cloud=asked.cloud,
        name=asked.env,
        environment=environment,
        plan=plan,
        dry_run=asked.dry_run,
        yes=asked.yes,
        json=asked.json,
        allow_destructive=getattr(asked, "allow_destructive", False),
        skip_migrations=getattr(asked, "skip_migrations", False),
        secrets=getattr(asked, "secrets", None),
        subscription=asked.subscription,
        account=asked.account,
        operator_address=getattr(asked, "operator_address", ""),
        drain_seconds=getattr(asked, "drain_seconds", 0.0),
        pause_seconds=float(os.environ.get("DEPLOY_PAUSE_SECONDS", "5")),
        database_ca=None if getattr(asked, "database_ca", "-") == "-" else Path(asked.database_ca),
        releases=Path(os.environ.get("DEPLOY_RELEASES", ROOT / ".local" / "releases")) / asked.env,
        what="+".join(getattr(asked, "what", None) or ()),
        to=getattr(asked, "to", ""),
        slot=getattr(asked, "slot", ""),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="infra", description="Deploy, verify, go back.")
    commands = parser.add_subparsers(dest="command", required=True)
    deploy = _command(commands, "deploy", "Deploy, verify, and go back if it does not hold")
    deploy.add_argument("--plan", choices=["ep1", "flex"], help="instead of what the parameters say")
    deploy.add_argument(
        "--secrets", type=Path, help="a file of parameters with secretValues, readable by you alone"
    )
    deploy.add_argument(
        "--allow-destructive", action="store_true", help="delete, and replace what holds data"
    )
    deploy.add_argument("--skip-migrations", action="store_true", help="the database is migrated already")
    deploy.add_argument("--operator-address", default="", help="a CIDR from which PostgreSQL is migrated")

    verify = _command(commands, "verify", "Look at everything and change nothing")
    verify.add_argument("--plan", choices=["ep1", "flex"], help=argparse.SUPPRESS)
    verify.add_argument(
        "--slot", choices=["staging"], default="", help="look at the slots, not at what is live"
    )
    rollback = _command(commands, "rollback", "Go back to the release before; data is never touched")
    rollback.add_argument("--plan", choices=["ep1", "flex"], help=argparse.SUPPRESS)
    rollback.add_argument("--app", dest="what", action="append_const", const="app", help="the code")
    rollback.add_argument("--infra", dest="what", action="append_const", const="infra", help="the templates")
    rollback.add_argument("--to", default="", help="a commit, where no release before is known")
    for command in (deploy, rollback):
        command.add_argument(
            "--database-ca",
            default=str(ROOT / ".local" / "rds.pem"),
            help="Amazon's certificates for RDS (.local/rds.pem); - for another PostgreSQL",
        )
        command.add_argument(
            "--drain-seconds", type=float, default=300.0, help="wait so long for what runs (300)"
        )
    return parser


def _command(commands: Any, name: str, description: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description)
    command.add_argument("--cloud", choices=["azure", "aws", "all"], default="all")
    command.add_argument("--env", choices=["beta", "prod"], required=True)
    command.add_argument("--dry-run", action="store_true", help="say what would be done")
    command.add_argument("--yes", action="store_true", help="ask nothing")
    command.add_argument("--json", action="store_true", help="the result as JSON on standard output")
    command.add_argument("--subscription", default=os.environ.get("AZURE_SUBSCRIPTION_ID", ""))
    command.add_argument("--account", default=os.environ.get("AWS_ACCOUNT_ID", ""))
    return command
