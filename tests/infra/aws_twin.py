"""A twin of `aws` for when the real one is not installed: `aws SERVICE OPERATION --name value …`, by boto3.

`make scripts` runs the same tests with the real one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError


def main() -> None:
    service, operation, *rest = sys.argv[1:]
    options = dict(_options(rest))
    client = boto3.client({"s3api": "s3"}.get(service, service), region_name=options.pop("region")[0])
    options.pop("output", None)
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {xform_name(name).replace("_", "-"): (name, member) for name, member in shape.members.items()}
    given = {members[name][0]: _value(members[name][1], values) for name, values in options.items()}
    try:
        answer = getattr(client, method)(**given)
    except ClientError as error:
        sys.exit(
            f"An error occurred ({error.response['Error']['Code']}): {error.response['Error']['Message']}"
        )
    answer.pop("ResponseMetadata", None)
    if answer:
        sys.stdout.write(json.dumps(answer, default=str))


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    name, values = "", list[str]()
    for word in [*words, "--"]:
        if word.startswith("--"):
            if name:
                yield name, values
            name, values = word.removeprefix("--"), []
        else:
            values.append(word)


def _value(member: Any, words: list[str]) -> Any:
    texts = [Path(word[7:]).read_text() if word.startswith("file://") else word for word in words]
    if member.type_name != "list":
        return texts[0]
    if texts[0].startswith("["):
        return json.loads(texts[0])
    if member.member.type_name == "structure":
        return [dict(part.split("=", 1) for part in text.split(",")) for text in texts]
    return texts


if __name__ == "__main__":
    main()
