"""deploy.sh, verify.sh and rollback.sh against the stand-in for Azure.

`make test` runs a part of it with a twin of `az`; `make scripts` runs all of it with the real one.
"""

from __future__ import annotations

import pytest

from tests.infra.cloud import SECRETS, Cloud

#: Each runs dozens of programs, and az waits for a minute after each package on Flex.
pytestmark = pytest.mark.timeout(900)
GROUP = "/subscriptions/5b0c1e52-0000-4000-8000-00000000beef/resourceGroups/rg-huntaze-beta"


def test_a_release_comes_live_and_the_next_goes_back_by_itself(azure: Cloud) -> None:
    """The first meets what passes, 409 and 429; the second is ready in its slot alone."""
    azure.order(
        fault={
            "method": "PUT",
            "path": "/deployments/workers-",
            "status": 409,
            "code": "Conflict",
            "times": 1,
        }
    )
    azure.order(
        fault={"method": "POST", "path": "/whatIf", "status": 429, "code": "TooManyRequests", "times": 2}
    )
    first = azure.deploy()
    assert first.status == 0, first.progress
    assert first.result["outcome"] == "verified"
    assert len(first.result["swapped"]) == 3
    _nothing_told(azure, first.progress)
    before = azure.live()

    azure.order(healthy="staging")
    second = azure.deploy("--database-ca", str(_certificates(azure)))
    assert second.status == 5, second.progress
    assert second.result["outcome"] == "rolled back"
    assert azure.live() == before
    assert azure.run("verify").status == 0


def test_nothing_is_touched_in_an_account_that_nobody_named(azure: Cloud) -> None:
    other = azure.deploy(changed={"AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001"})
    nobody = azure.deploy(changed={"AZURE_SUBSCRIPTION_ID": ""})
    assert (other.status, nobody.status) == (4, 4)
    assert "is signed in to" in other.result["problem"]
    assert azure.writes() == []


@pytest.mark.at_length
def test_a_second_deployment_changes_nothing(azure: Cloud) -> None:
    """Nothing to deploy, nothing to publish: it only looks."""
    first = azure.deploy()
    assert first.status == 0, first.progress
    before = azure.writes()
    second = azure.run("deploy", "--database-ca", "-")
    assert second.status == 0, second.progress
    assert second.result["azureChanges"] == []
    assert azure.writes() == before


@pytest.mark.at_length
def test_a_dry_run_writes_nothing(azure: Cloud) -> None:
    """Neither where nothing is, nor where something would change."""
    empty = azure.deploy("--dry-run")
    assert empty.status == 0, empty.progress
    assert empty.result["azure"] == "everything would be made"
    assert azure.writes() == []
    assert azure.deploy().status == 0
    before = azure.writes()
    azure.order(change={_id("Microsoft.SignalRService/signalR", azure): {"features": []}})
    again = azure.deploy("--dry-run")
    assert again.status == 0
    assert [change["action"] for change in again.result["azureChanges"]] == ["Modify"]
    assert azure.run("rollback", "--app", "--dry-run").status == 0
    assert azure.writes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"changeType": "Delete", "resourceId": f"{GROUP}/providers/Microsoft.KeyVault/vaults/v"},
        {
            "changeType": "Modify",
            "resourceId": f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/n/topics/t",
            "delta": [{"path": "properties.requiresDuplicateDetection", "before": False, "after": True}],
        },
    ],
    ids=["a delete", "what holds data"],
)
def test_what_would_be_lost_is_not_lost_unasked(azure: Cloud, change: dict[str, object]) -> None:
    azure.order(foretold=[change])
    refused = azure.deploy()
    assert refused.status == 4, refused.progress
    assert "--allow-destructive" in refused.result["problem"]
    assert [line for line in azure.writes() if "/providers/" in line] == []


@pytest.mark.at_length
def test_what_would_be_lost_may_be_asked_for(azure: Cloud) -> None:
    azure.order(
        foretold=[{"changeType": "Delete", "resourceId": f"{GROUP}/providers/Microsoft.Web/sites/old"}]
    )
    assert azure.deploy("--allow-destructive").status == 0


@pytest.mark.at_length
def test_a_slot_that_is_not_ready_is_not_swapped(azure: Cloud) -> None:
    assert azure.deploy().status == 0
    before = azure.live()
    azure.order(healthy="never")
    failed = azure.deploy("--database-ca", str(_certificates(azure)))
    assert failed.status == 1
    assert "Not ready in the slot" in failed.result["problem"]
    assert azure.live() == before


def test_a_month_that_costs_too_much_is_not_begun(azure: Cloud) -> None:
    azure.environment["DEPLOY_BUDGET_USD"] = "100"
    refused = azure.deploy()
    assert refused.status == 3
    assert azure.writes() == []


def test_a_secret_that_is_nowhere_is_asked_for(azure: Cloud) -> None:
    refused = azure.run("deploy", "--database-ca", "-")
    assert refused.status == 4
    assert "database-url" in refused.result["problem"]
    assert [line for line in azure.writes() if "/deployments/" in line] == []


@pytest.mark.at_length
def test_others_may_not_read_the_secrets(azure: Cloud) -> None:
    azure.secrets.chmod(0o644)
    assert azure.deploy().status == 4


@pytest.mark.at_length
def test_a_swap_waits_for_what_runs_and_not_for_ever(azure: Cloud) -> None:
    azure.order(waiting={"video-analysis": 3})
    deployed = azure.deploy()
    assert deployed.status == 0
    assert "3 messages in video-analysis" in deployed.progress
    assert "delivered again" in deployed.progress


@pytest.mark.at_length
def test_code_and_templates_go_back_when_asked_to(azure: Cloud) -> None:
    """By a swap; and by Azure's own history, which says what stays."""
    assert azure.deploy().status == 0
    before = azure.live()
    assert azure.deploy("--database-ca", str(_certificates(azure))).status == 0
    assert azure.live() != before
    back = azure.run("rollback", "--app", "--infra", "--drain-seconds", "0.1")
    assert back.status == 0, back.progress
    assert azure.live() == before
    assert back.result["azureDeployment"].startswith("workers-")
    assert not [line for line in azure.writes() if line.startswith("DELETE")]


@pytest.mark.at_length
def test_verification_finds_what_somebody_changed_by_hand(azure: Cloud) -> None:
    assert azure.deploy().status == 0
    subscription = f"namespaces/{_name(azure)}/topics/huntaze-jobs/subscriptions/unrouted"
    rule = f"{GROUP}/providers/Microsoft.ServiceBus/{subscription}/rules/$Default"
    azure.order(
        change={
            rule: {"sqlFilter": {"sqlExpression": "1=1"}},
            _id("Microsoft.SignalRService/signalR", azure): {"features": []},
        }
    )
    found = azure.run("verify")
    assert found.status == 1
    failed = {check["name"] for check in found.result["checks"] if not check["holds"]}
    assert failed == {"huntaze-jobs: rules", _name(azure)}


@pytest.mark.at_length
def test_flex_has_no_slots_and_goes_back_by_its_package(azure: Cloud) -> None:
    azure.environment.pop("BICEP_SHIM_KEPT")
    azure.environment["BICEP_SHIM_CHANGED"] = '{"plan": "flex"}'
    first = azure.deploy("--plan", "flex")
    assert first.status == 0, first.progress
    before = azure.live()
    azure.order(healthy="never", times=3)
    second = azure.deploy("--plan", "flex", "--database-ca", str(_certificates(azure)))
    assert second.status == 5, second.progress
    assert azure.live() == before


def _certificates(azure: Cloud) -> object:
    """Make a file of certificates: with it the package is another one."""
    path = azure.folder / "rds.pem"
    text = azure.plane.certificate.read_text()
    path.write_text(text[text.index("-----BEGIN CERTIFICATE") :])
    return path


def _nothing_told(azure: Cloud, progress: str) -> None:
    """No secret is in an argument, a log, a note; Azure is sent them in one place."""
    assert "canary" not in azure.arguments()
    assert "canary" not in progress
    notes = [path for path in (azure.folder / "releases").rglob("*") if path.suffix in {".json", ".yaml"}]
    assert notes
    assert not [path for path in notes if "canary" in path.read_text()]
    told = [each for each in azure.requests() if any(value in each["body"] for value in SECRETS.values())]
    assert {each["path"].rpartition("/")[2].partition("-")[0] for each in told} <= {"workers", "validate"}


def _name(azure: Cloud) -> str:
    found = next(key for key in azure.order()["resources"] if "/microsoft.signalrservice/signalr/" in key)
    return str(found.rpartition("/")[2])


def _id(kind: str, azure: Cloud) -> str:
    return f"{GROUP}/providers/{kind}/{_name(azure)}"
