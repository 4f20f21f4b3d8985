"""Putting files where the front end puts a creator's uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from uuid import uuid4


class Variables(Protocol):
    """Knows where the services are."""

    def __getitem__(self, name: str, /) -> str:
        """Return a variable's value."""
        ...


def upload(variables: Variables, path: Path, *, creator_id: str) -> str:
    """Put a file into the stack's bucket and return its URL as the front end would send it.

    Args:
        variables: the stack's.
        path: the file.
        creator_id: whose upload it is.
    """
    import boto3

    endpoint, bucket = variables["S3_ENDPOINT_URL"], variables["S3_BUCKET"]
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    key = f"uploads/{creator_id}/{uuid4().hex}{path.suffix}"
    client.upload_file(str(path), bucket, key)
    return f"{endpoint}/{bucket}/{key}"
