"""A small CloudFormation on loopback, in front of moto's services.

moto's own can't take our template (it skips alarms, budgets and policies, and cuts `!Select` of a list
short), so this one keeps stacks and change sets, and has moto make what verification looks at. It judges
nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
from cfnlint.decode import decode_str
from typing_extensions import override

REGION = "us-east-2"
ACCOUNT = "123456789012"
_XML = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
#: A change of one of these makes a new resource in the old one's place.
_REPLACING = {"StorageEncrypted", "DBName", "Engine", "BucketName", "CidrBlock"}


@dataclass
class Stack:
    """One stack."""

    template: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    status: str = "REVIEW_IN_PROGRESS"
    outputs: dict[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - the answer 400, not an error of ours
    """An answer that CloudFormation gives with status 400."""


class Stacks:
    """All stacks and change sets, and the services that they are made in."""

    def __init__(self, services: str) -> None:
        self.stacks: dict[str, Stack] = {}
        self.sets: dict[str, tuple[str, str, dict[str, str]]] = {}
        self._services = services

    def client(self, service: str) -> Any:
        """Return a client of moto."""
        return boto3.client(
            service,
            endpoint_url=self._services,
            region_name=REGION,
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )

    def answer(self, action: str, given: Mapping[str, str]) -> dict[str, Any]:
        """Answer one request."""
        name = given.get("StackName", "")
        if action == "CreateChangeSet":
            return self._create(name, given)
        if name not in self.stacks:
            raise Refused(f"Stack with id {name} does not exist")
        stack = self.stacks[name]
        if action == "DescribeChangeSet":
            return self._describe_set(stack, given["ChangeSetName"])
        if action == "DescribeStacks":
            return {"Stacks": [_shown(name, stack)]}
        if action == "GetTemplate":
            return {"TemplateBody": stack.template}
        if action == "ExecuteChangeSet":
            _, stack.template, stack.parameters = self.sets.pop(given["ChangeSetName"])
            stack.status = "UPDATE_COMPLETE" if stack.outputs else "CREATE_COMPLETE"
            stack.outputs = self._make(stack)
        if action == "ContinueUpdateRollback":
            stack.status = "UPDATE_ROLLBACK_COMPLETE"
        if action == "DeleteChangeSet":
            self.sets.pop(given["ChangeSetName"], None)
        if action == "DeleteStack":
            del self.stacks[name]
        return {}

    def _create(self, name: str, given: Mapping[str, str]) -> dict[str, Any]:
        stack = self.stacks.setdefault(name, Stack())
        keys = [value for key, value in sorted(given.items()) if key.endswith(".ParameterKey")]
        values = [value for key, value in sorted(given.items()) if key.endswith(".ParameterValue")]
        self.sets[given["ChangeSetName"]] = (
            name,
            given["TemplateBody"],
            dict(zip(keys, values, strict=True)),
        )
        return {"Id": given["ChangeSetName"], "StackId": f"arn:{name}:{stack.status}"}

    def _describe_set(self, stack: Stack, name: str) -> dict[str, Any]:
        _, template, parameters = self.sets[name]
        changes = list(_changes(stack, template, parameters))
        if not changes:
            reason = "The submitted information didn't contain changes."
            return {"Status": "FAILED", "StatusReason": reason, "Changes": []}
        return {"Status": "CREATE_COMPLETE", "Changes": changes}

    def _make(self, stack: Stack) -> dict[str, str]:
        """Make, or change, what verification looks at, as the template says; return the outputs."""
        resources = _resources(stack.template)
        bucket = f"huntaze-content-{stack.parameters['Environment']}-{ACCOUNT}"
        self._bucket(bucket, resources["Content"]["Properties"])
        if stack.outputs:
            return stack.outputs
        iam, rds = self.client("iam"), self.client("rds")
        iam.create_user(UserName="huntaze-workers")
        database = resources["Database"]["Properties"]
        rds.create_db_parameter_group(
            DBParameterGroupName="huntaze", DBParameterGroupFamily="postgres17", Description="TLS only"
        )
        forced = resources["DatabaseParameters"]["Properties"]["Parameters"]["rds.force_ssl"]
        rds.modify_db_parameter_group(
            DBParameterGroupName="huntaze",
            Parameters=[
                {"ParameterName": "rds.force_ssl", "ParameterValue": forced, "ApplyMethod": "immediate"}
            ],
        )
        made = rds.create_db_instance(
            DBParameterGroupName="huntaze",
            DBInstanceIdentifier="huntaze",
            DBInstanceClass=stack.parameters["DatabaseClass"],
            Engine="postgres",
            AllocatedStorage=50,
            MasterUsername="huntaze",
            MasterUserPassword="canary-master-password",
            VpcSecurityGroupIds=[self._guard()],
            **{
                key: database[key]
                for key in ("StorageEncrypted", "DeletionProtection", "BackupRetentionPeriod")
            },
        )["DBInstance"]
        secret = self.client("secretsmanager").create_secret(
            Name="database", SecretString='{"username": "huntaze", "password": "canary-master-password"}'
        )
        self._alarms(resources)
        return {
            "DatabaseAddress": made["Endpoint"]["Address"],
            "DatabaseSecretArn": secret["ARN"],
            "ContentBucket": bucket,
            "WorkersUser": "huntaze-workers",
        }

    def _guard(self) -> str:
        ec2 = self.client("ec2")
        network = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        return str(
            ec2.create_security_group(GroupName="guard", Description="guard", VpcId=network)["GroupId"]
        )

    def _bucket(self, name: str, said: Mapping[str, Any]) -> None:
        s3 = self.client("s3")
        if name not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=said["PublicAccessBlockConfiguration"]
        )
        rules = [
            {
                "ID": rule["Id"],
                "Status": rule["Status"],
                "Filter": {"Prefix": rule.get("Prefix", "")},
                **({"Expiration": {"Days": rule["ExpirationInDays"]}} if "ExpirationInDays" in rule else {}),
                "Transitions": [
                    {"Days": step["TransitionInDays"], "StorageClass": step["StorageClass"]}
                    for step in rule.get("Transitions", ())
                ],
            }
            for rule in said["LifecycleConfiguration"]["Rules"]
        ]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)

    def _alarms(self, resources: Mapping[str, Any]) -> None:
        for name, resource in resources.items():
            if resource["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in resource:
                said = resource["Properties"]
                self.client("cloudwatch").put_metric_alarm(
                    AlarmName=f"huntaze-beta-{name}",
                    AlarmActions=["arn:aws:sns:us-east-2:123456789012:alarms"],
                    **{
                        key: said[key]
                        for key in (
                            "Namespace",
                            "MetricName",
                            "Statistic",
                            "Period",
                            "Threshold",
                            "EvaluationPeriods",
                            "ComparisonOperator",
                        )
                    },
                )


def _resources(template: str) -> dict[str, Any]:
    found, problems = decode_str(template)
    assert found is not None, problems
    resources: dict[str, Any] = json.loads(json.dumps(found))["Resources"]
    return resources


def _changes(stack: Stack, template: str, parameters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    old = _resources(stack.template) if stack.template else {}
    new = _resources(template)
    given = {name for name, value in parameters.items() if stack.parameters.get(name) != value}
    for name in sorted(old.keys() | new.keys()):
        said = {"LogicalResourceId": name, "ResourceType": (new.get(name) or old[name])["Type"]}
        if name not in old:
            yield {"Type": "Resource", "ResourceChange": {"Action": "Add", **said}}
        elif name not in new:
            yield {"Type": "Resource", "ResourceChange": {"Action": "Remove", **said}}
        elif keys := _changed(old[name], new[name], given):
            replaced = "True" if keys & _REPLACING else "False"
            details = [{"Target": {"Attribute": "Properties", "Name": key}} for key in sorted(keys)]
            change = {"Action": "Modify", "Replacement": replaced, "Details": details, **said}
            yield {"Type": "Resource", "ResourceChange": change}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], given: set[str]) -> set[str]:
    one, other = old.get("Properties", {}), new.get("Properties", {})
    return {
        key
        for key in one.keys() | other.keys()
        if one.get(key) != other.get(key)
        or any(f'"Ref": "{name}"' in json.dumps(other.get(key)) for name in given)
    }


def _shown(name: str, stack: Stack) -> dict[str, Any]:
    return {
        "StackName": name,
        "StackStatus": stack.status,
        "CreationTime": "2026-11-25T00:00:00Z",
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()
        ],
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in stack.outputs.items()],
    }


@contextmanager
def cloudformation(services: str, requests: Path) -> Iterator[tuple[str, Stacks]]:
    """Run it; yield its address and what it holds."""
    stacks = Stacks(services)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {key: values[0] for key, values in parse_qs(body, keep_blank_values=True).items()}
            action = given["Action"]
            with requests.open("a") as lines:
                lines.write(f"{action} {given.get('ChangeSetName', '')}\n")
            try:
                status, content = 200, _document(action, stacks.answer(action, given))
            except Refused as error:
                status, content = (
                    400,
                    f"<ErrorResponse><Error><Code>ValidationError</Code><Message>{error}</Message></Error></ErrorResponse>",
                )
            self.send_response(status)
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Requests are written down above."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", stacks
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _document(action: str, answer: Mapping[str, Any]) -> str:
    result = f"<{action}Result>{_xml(answer)}</{action}Result>"
    return f'<{action}Response xmlns="{_XML}">{result}</{action}Response>'


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{key}>{_xml(item)}</{key}>" for key, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return escape(str(value))
