"""What cfn-lint does not see in the CloudFormation template: our own rules on money, data and secrets.

cfn-lint knows each property; it does not look through parameters, and it has no opinion on what must not be
lost or public. Each rule here is one function from the template to what it finds wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

#: CloudWatch watches ten alarms for nothing.
MAX_ALARMS = 10
#: The least that gp3 takes under RDS.
MIN_STORAGE_GB = 20
_MIN_BACKUP_DAYS = 7
_MIN_TRANSITION_DAYS = 30
#: S3's waterfall: objects only ever move down.
_COOLER = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
_CLASSES = {
    "DatabaseClass": re.compile(r"db\.(t4g|m6g|m7g|r6g|r7g)\.(small|medium|large|xlarge)"),
    "CacheClass": re.compile(r"none|cache\.(t4g|m6g|m7g|r6g|r7g)\.(small|medium|large|xlarge)"),
}
_KEEPING = {"AWS::RDS::DBInstance": "Snapshot", "AWS::S3::Bucket": "Retain"}

Template = Mapping[str, Any]
Rule = Callable[[Template], Iterator[str]]


def read(path: Path) -> Template:
    """Return a template with its short forms spelled out."""
    from cfnlint.decode import decode

    template, problems = decode(str(path))
    if template is None or problems:
        raise ValueError(f"{path.name}: {problems}")
    plain: Template = json.loads(json.dumps(template))
    return plain


def problems(template: Template) -> list[str]:
    """Return what is wrong, each with the name of what it is about."""
    return [problem for rule in RULES for problem in rule(template)]


def parameter_problems(template: Template, values: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a file of parameters."""
    known = template["Parameters"]
    found = [f"{name}: there is no such parameter" for name in values if name not in known]
    for name, value in values.items():
        allowed = known.get(name, {}).get("AllowedValues")
        if allowed and value not in [str(each) for each in allowed]:
            found.append(f"{name}: {value} is not one of {', '.join(map(str, allowed))}")
        least = known.get(name, {}).get("MinValue")
        if least is not None and float(value) < float(least):
            found.append(f"{name}: {value} is less than {least}")
    return found


def _classes(template: Template) -> Iterator[str]:
    for name, pattern in _CLASSES.items():
        parameter = template["Parameters"].get(name, {})
        for value in (*parameter.get("AllowedValues", ()), parameter.get("Default", "")):
            if not pattern.fullmatch(str(value)):
                yield f"{name}: {value} is no class of an instance that we would pay for"


def _storage(template: Template) -> Iterator[str]:
    parameter = template["Parameters"].get("DatabaseStorageGb", {})
    for key in ("MinValue", "Default"):
        if float(parameter.get(key, 0)) < MIN_STORAGE_GB:
            yield f"DatabaseStorageGb: its {key} is below {MIN_STORAGE_GB} GB"


def _transitions(template: Template) -> Iterator[str]:
    for name, bucket in _of(template, "AWS::S3::Bucket"):
        for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", ()):
            steps = rule.get("Transitions", ())
            days = [step["TransitionInDays"] for step in steps]
            order = [_COOLER.index(step["StorageClass"]) for step in steps]
            if days != sorted(set(days)) or order != sorted(set(order)):
                yield f"{name}: the transitions of {rule['Id']} are not in order"
            if days and days[0] < _MIN_TRANSITION_DAYS:
                yield f"{name}: {rule['Id']} moves objects before S3 lets it"


def _alarms(template: Template) -> Iterator[str]:
    alarms = list(_of(template, "AWS::CloudWatch::Alarm"))
    if len(alarms) > MAX_ALARMS:
        yield f"{len(alarms)} alarms: {MAX_ALARMS} are free"
    for name, alarm in alarms:
        if not alarm.get("AlarmActions"):
            yield f"{name}: nobody hears it"
        if not alarm.get("AlarmDescription"):
            yield f"{name}: it does not say what is wrong"


def _kept(template: Template) -> Iterator[str]:
    for name, resource in template["Resources"].items():
        policy = _KEEPING.get(resource["Type"])
        if policy and not resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == policy:
            yield f"{name}: its data would go with the stack"


def _database(template: Template) -> Iterator[str]:
    for name, database in _of(template, "AWS::RDS::DBInstance"):
        for key in ("StorageEncrypted", "DeletionProtection", "ManageMasterUserPassword"):
            if database.get(key) is not True:
                yield f"{name}: {key} is off"
        if "MasterUserPassword" in database:
            yield f"{name}: a password is in the template"
        if database.get("BackupRetentionPeriod", 0) < _MIN_BACKUP_DAYS:
            yield f"{name}: backups are kept for less than {_MIN_BACKUP_DAYS} days"
    for name, group in _of(template, "AWS::RDS::DBParameterGroup"):
        if group.get("Parameters", {}).get("rds.force_ssl") != "1":
            yield f"{name}: connections without TLS are taken"


def _cache(template: Template) -> Iterator[str]:
    for name, cache in _of(template, "AWS::ElastiCache::ReplicationGroup"):
        for key in ("AtRestEncryptionEnabled", "TransitEncryptionEnabled"):
            if cache.get(key) is not True:
                yield f"{name}: {key} is off"
        if not cache.get("AuthToken"):
            yield f"{name}: it asks nobody for a password"


def _open_doors(template: Template) -> Iterator[str]:
    for name, group in _of(template, "AWS::EC2::SecurityGroup"):
        if re.search(r'"(0\.0\.0\.0|::)/0"', json.dumps(group.get("SecurityGroupIngress", []))):
            yield f"{name}: the whole Internet may come in"


def _buckets(template: Template) -> Iterator[str]:
    guarded = {
        policy["Bucket"]["Ref"]
        for _, policy in _of(template, "AWS::S3::BucketPolicy")
        if any(_denies_plain(statement) for statement in policy["PolicyDocument"]["Statement"])
    }
    for name, bucket in _of(template, "AWS::S3::Bucket"):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        if len(block) != 4 or not all(block.values()):  # noqa: PLR2004 - S3 has four switches
            yield f"{name}: it could be made public"
        if not bucket.get("BucketEncryption"):
            yield f"{name}: it is not encrypted"
        if name not in guarded:
            yield f"{name}: it answers without TLS"


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return statement["Effect"] == "Deny" and condition.get("aws:SecureTransport") in {"false", False}


def _rights(template: Template) -> Iterator[str]:
    for name, resource in template["Resources"].items():
        for policy in resource.get("Properties", {}).get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                granted = [statement.get("Action"), statement.get("Resource")]
                if any(each in ("*", ["*"]) for each in granted) or ":*" in str(granted[0]):
                    yield f"{name}: {policy['PolicyName']} grants everything"


def _secrets(template: Template) -> Iterator[str]:
    for name, parameter in template["Parameters"].items():
        if re.search(r"password|secret$|key$|token", name, re.IGNORECASE) and not parameter.get("NoEcho"):
            yield f"{name}: a secret as a parameter is seen by everybody who may look"


def _of(template: Template, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


RULES: tuple[Rule, ...] = (
    _classes,
    _storage,
    _transitions,
    _alarms,
    _kept,
    _database,
    _cache,
    _open_doors,
    _buckets,
    _rights,
    _secrets,
)
