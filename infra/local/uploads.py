"""The stack's bucket: where the front end puts a creator's uploads, and where results are fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4


class Variables(Protocol):
    """Knows where the services are."""

    def __getitem__(self, name: str, /) -> str:
        """Return a variable's value."""
        ...


class Bucket:
    """The bucket, by the URLs that its objects have."""

    def __init__(self, variables: Variables) -> None:
        import boto3

        self._name = variables["S3_BUCKET"]
        self._url = f"{variables['S3_ENDPOINT_URL']}/{self._name}/"
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=variables["S3_ENDPOINT_URL"],
            region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    def upload(self, path: Path, *, creator_id: str) -> str:
        """Put a creator's file up and return its URL as the front end would send it."""
        key = f"uploads/{creator_id}/{uuid4().hex}{path.suffix}"
        self._client.upload_file(str(path), self._name, key)
        return self._url + key

    def fetch(self, url: str) -> bytes | None:
        """Return an object by its URL; `None` if it is not there, or not this bucket's."""
        from botocore.exceptions import ClientError

        if not url.startswith(self._url):
            return None
        try:
            found = self._client.get_object(Bucket=self._name, Key=url.removeprefix(self._url))
        except ClientError:
            return None
        data: bytes = found["Body"].read()
        return data
