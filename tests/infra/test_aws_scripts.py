"""The scripts across both clouds: a small CloudFormation, moto's services, the stand-in for Azure."""

from __future__ import annotations

import json

import pytest

from infra.local.process import ROOT
from tests.infra.cloud import SECRETS, Cloud
from tests.infra.stacks import Stacks

#: Each runs up to a hundred programs, of a second or several each where others work, too.
pytestmark = pytest.mark.timeout(900)
BOTH = ("--cloud", "all", "--skip-migrations", "--database-ca", "-")


@pytest.mark.at_length
def test_the_functions_address_is_let_in_and_their_key_reaches_the_vault(
    clouds: tuple[Cloud, Stacks],
) -> None:
    """First AWS, then Azure with what AWS tells, then AWS's door; the second time there is nothing to do."""
    cloud, stacks = clouds
    given = {name: value for name, value in SECRETS.items() if not name.startswith("aws-")}
    cloud.secrets.write_text(json.dumps({"parameters": {"secretValues": {"value": given}}}))
    first = cloud.deploy(*BOTH)
    assert first.status == 0, first.progress
    stack = stacks.stacks["huntaze-beta"]
    assert stack.parameters["FunctionAddresses"] == "203.0.113.7/32,192.0.2.2/32"
    keys = stacks.client("iam").list_access_keys(UserName="huntaze-workers")["AccessKeyMetadata"]
    assert len(keys) == 1
    sent = [
        each["body"]
        for each in cloud.requests()
        if each["method"] == "PUT" and keys[0]["AccessKeyId"] in each["body"]
    ]
    assert sent
    assert keys[0]["AccessKeyId"] not in cloud.arguments() + first.progress

    before, said = cloud.writes(), (cloud.folder / "cloudformation.log").read_text()
    second = cloud.run("deploy", *BOTH)
    assert second.status == 0, second.progress
    assert cloud.writes() == before
    assert "ExecuteChangeSet" not in (cloud.folder / "cloudformation.log").read_text().removeprefix(said)
    assert len(stacks.client("iam").list_access_keys(UserName="huntaze-workers")["AccessKeyMetadata"]) == 1
    assert cloud.run("verify", "--cloud", "all").status == 0


@pytest.mark.at_length
def test_a_database_is_not_replaced_unasked(clouds: tuple[Cloud, Stacks]) -> None:
    """Nor a bucket removed; the change set is thrown away."""
    cloud, stacks = clouds
    assert cloud.run("deploy", "--cloud", "aws", "--skip-migrations").status == 0
    template = (ROOT / "infra" / "aws" / "data-plane.yaml").read_text()
    changed = cloud.folder / "changed.yaml"
    changed.write_text(template.replace("DBName: huntaze", "DBName: other"))
    cloud.environment["DEPLOY_AWS_TEMPLATE"] = str(changed)
    refused = cloud.run("deploy", "--cloud", "aws", "--skip-migrations")
    assert refused.status == 4, refused.progress
    assert "it holds data, and would be replaced" in refused.result["problem"]
    assert stacks.sets == {}


@pytest.mark.at_length
def test_a_dry_run_leaves_no_stack(clouds: tuple[Cloud, Stacks]) -> None:
    cloud, stacks = clouds
    done = cloud.run("deploy", "--cloud", "aws", "--dry-run")
    assert done.status == 0, done.progress
    assert len(done.result["awsChanges"]) > 20
    assert stacks.stacks == {}


@pytest.mark.at_length
def test_another_account_is_refused(clouds: tuple[Cloud, Stacks]) -> None:
    cloud, stacks = clouds
    refused = cloud.run("deploy", "--cloud", "aws", changed={"AWS_ACCOUNT_ID": "210987654321"})
    assert refused.status == 4
    assert stacks.stacks == {}


@pytest.mark.at_length
def test_a_key_that_did_not_reach_the_vault_is_deleted(clouds: tuple[Cloud, Stacks]) -> None:
    """AWS tells a key once, so one that was lost on the way is of no use to anybody."""
    cloud, stacks = clouds
    given = {name: value for name, value in SECRETS.items() if not name.startswith("aws-")}
    cloud.secrets.write_text(json.dumps({"parameters": {"secretValues": {"value": given}}}))
    fault = {
        "method": "PUT",
        "path": "/deployments/workers-",
        "status": 400,
        "code": "InvalidTemplate",
        "times": 9,
    }
    cloud.order(fault=fault)
    failed = cloud.deploy(*BOTH)
    assert failed.status == 1
    assert stacks.client("iam").list_access_keys(UserName="huntaze-workers")["AccessKeyMetadata"] == []


@pytest.mark.at_length
def test_the_template_before_is_deployed_again(clouds: tuple[Cloud, Stacks]) -> None:
    """As a change set like any other."""
    cloud, stacks = clouds
    assert cloud.run("deploy", "--cloud", "aws", "--skip-migrations").status == 0
    before = stacks.stacks["huntaze-beta"].template
    changed = cloud.folder / "changed.yaml"
    changed.write_text(before.replace("MaxAge: 3000", "MaxAge: 60"))
    cloud.environment["DEPLOY_AWS_TEMPLATE"] = str(changed)
    assert cloud.run("deploy", "--cloud", "aws", "--skip-migrations").status == 0
    assert stacks.stacks["huntaze-beta"].template != before
    back = cloud.run("rollback", "--cloud", "aws", "--infra")
    assert back.result["awsStack"] == ["Content"], back.progress
    assert stacks.stacks["huntaze-beta"].template == before


@pytest.mark.at_length
def test_a_rollback_that_aws_could_not_finish_goes_on(clouds: tuple[Cloud, Stacks]) -> None:
    """And a dry run lets it be."""
    cloud, stacks = clouds
    assert cloud.run("deploy", "--cloud", "aws", "--skip-migrations").status == 0
    stack = stacks.stacks["huntaze-beta"]
    stack.status = "UPDATE_ROLLBACK_FAILED"
    assert cloud.run("rollback", "--cloud", "aws", "--infra", "--dry-run").status == 0
    assert stack.status == "UPDATE_ROLLBACK_FAILED"
    cloud.run("rollback", "--cloud", "aws", "--infra")
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
