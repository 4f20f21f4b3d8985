"""AWS: the stack, PostgreSQL, the bucket, alarms; read only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.check.aws import MAX_ALARMS
from infra.deploying.aws import Aws
from infra.deploying.programs import ProgramError
from infra.deploying.stopping import StopError
from infra.deploying.verifying.check import Check, look

_HEALTHY = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_MIN_BACKUP_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class AwsChecks:
    """What is looked at in the account."""

    aws: Aws

    def all(self) -> Iterator[Check]:
        """Look at all of it."""
        yield look("aws", self.aws.stack, self._stack)
        yield look("aws", "PostgreSQL", self._database)
        yield look("aws", "who reaches PostgreSQL", self._doors)
        yield look("aws", "the bucket", self._bucket)
        yield look("aws", "alarms", self._alarms)
        yield look("aws", "the workers' key", self._keys)

    def _stack(self) -> Iterator[str]:
        status = str((self.aws.describe() or {}).get("StackStatus", "not there"))
        if status not in _HEALTHY:
            yield f"it is {status}"

    def _database(self) -> Iterator[str]:
        database = self._instance()
        wanted = self.aws.parameters()
        if database["DBInstanceClass"] != wanted["DatabaseClass"]:
            yield f"it is {database['DBInstanceClass']}, not {wanted['DatabaseClass']}"
        for flag in ("StorageEncrypted", "DeletionProtection"):
            if not database.get(flag):
                yield f"{flag} is off"
        if database["BackupRetentionPeriod"] < _MIN_BACKUP_DAYS:
            yield f"backups are kept for {database['BackupRetentionPeriod']} days"
        for group in database.get("DBParameterGroups", ()):
            yield from self._tls(group["DBParameterGroupName"])

    def _tls(self, group: str) -> Iterator[str]:
        said = self.aws.read(
            "rds", "describe-db-parameters", "--db-parameter-group-name", group, "--source", "user"
        )
        values = {each["ParameterName"]: each.get("ParameterValue") for each in said["Parameters"]}
        if values.get("rds.force_ssl") != "1":
            yield f"{group}: connections without TLS are taken"

    def _doors(self) -> Iterator[str]:
        groups = [each["VpcSecurityGroupId"] for each in self._instance().get("VpcSecurityGroups", ())]
        if not groups:
            yield "no security group guards it"
            return
        said = self.aws.read("ec2", "describe-security-groups", "--group-ids", *groups)
        for group in said["SecurityGroups"]:
            for rule in group["IpPermissions"]:
                open_to = [each["CidrIp"] for each in rule.get("IpRanges", ())]
                if any(cidr.endswith("/0") for cidr in open_to) or rule.get("Ipv6Ranges"):
                    yield f"{group['GroupId']}: the whole Internet"

    def _bucket(self) -> Iterator[str]:
        bucket = self._outputs()["ContentBucket"]
        block = self.aws.read("s3api", "get-public-access-block", "--bucket", bucket)[
            "PublicAccessBlockConfiguration"
        ]
        if not all(block.values()):
            yield "it could be made public"
        rules = self.aws.read("s3api", "get-bucket-lifecycle-configuration", "--bucket", bucket)["Rules"]
        classes = [step["StorageClass"] for rule in rules for step in rule.get("Transitions", ())]
        if "INTELLIGENT_TIERING" not in classes:
            yield "nothing cools down"
        if not any(rule.get("Expiration") and _prefix(rule) == "temp/" for rule in rules):
            yield "temp/ does not expire"
        try:
            self.aws.read("s3api", "get-bucket-encryption", "--bucket", bucket)
        except ProgramError:
            yield "it is not encrypted"

    def _alarms(self) -> Iterator[str]:
        alarms = self.aws.read("cloudwatch", "describe-alarms")["MetricAlarms"]
        if len(alarms) > MAX_ALARMS:
            yield f"{len(alarms)} in the account: {MAX_ALARMS} are free"
        ours = [each for each in alarms if each["AlarmName"].startswith(self.aws.stack)]
        if not ours:
            yield "there is none"
        for alarm in ours:
            if not alarm.get("AlarmActions") or not alarm.get("ActionsEnabled", True):
                yield f"{alarm['AlarmName']}: nobody hears it"

    def _keys(self) -> Iterator[str]:
        said = self.aws.read("iam", "list-access-keys", "--user-name", self._outputs()["WorkersUser"])
        active = [each for each in said["AccessKeyMetadata"] if each["Status"] == "Active"]
        if len(active) != 1:
            yield f"{len(active)} active keys; one is used"

    def _instance(self) -> Mapping[str, Any]:
        address = self._outputs()["DatabaseAddress"]
        for each in self.aws.read("rds", "describe-db-instances")["DBInstances"]:
            if each.get("Endpoint", {}).get("Address") == address:
                found: Mapping[str, Any] = each
                return found
        raise StopError(f"There is no {address}.")

    def _outputs(self) -> Mapping[str, str]:
        outputs = self.aws.outputs()
        if not outputs:
            raise StopError(f"There is no stack {self.aws.stack}.")
        return outputs


def _prefix(rule: Mapping[str, Any]) -> str:
    return str(rule.get("Prefix") or rule.get("Filter", {}).get("Prefix") or "")
