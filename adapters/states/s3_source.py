"""The S3 side of a bucket's copy.

Lives here: calls of S3 for one bucket. Objects are read through URLs that boto3 signs, over connections that are kept: a whole
call of boto3 costs the client several times as much. Never here: Azure, and which objects are copied.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import batched
from typing import IO, Any

import boto3
import urllib3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError
from adapters.states.object_facts import PROPERTIES, Facts, from_headers
from adapters.states.storage_http import CONNECTIONS

PAGE = 1000
_SIGNED_SECONDS = 900
_PART = 8 * 1024 * 1024
_READ = 1024 * 1024
_MEND = "Check the name of the bucket in the plan, and its region."
_BUSY = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Listed:
    """An object in a listing: its key, size in bytes, ETag without quotes, and when S3 took it."""

    key: str
    size: int
    etag: str
    modified: datetime


class S3Bucket:
    """One bucket, current versions only (older versions of a versioned bucket stay in AWS).

    Args:
        prefix: only keys that begin with it exist here.
    """

    def __init__(self, session: boto3.Session, bucket: str, prefix: str) -> None:
        self._client: Any = session.client("s3", config=Config(signature_version="s3v4"))
        self._bucket, self._prefix = bucket, prefix
        self._resource = f"S3 bucket {bucket}"
        retries = urllib3.Retry(total=5, backoff_factor=0.2, status_forcelist=_BUSY, raise_on_status=False, redirect=0)
        timeout = urllib3.Timeout(connect=5, read=60)
        self._http = urllib3.PoolManager(maxsize=CONNECTIONS, block=True, retries=retries, timeout=timeout)

    def pages(self, after: str | None = None) -> Iterator[tuple[list[str], str | None]]:
        """Keys after one, up to 1,000 at a time, each page with the key to go on after."""
        for objects, place in self.listing(after):
            yield [one.key for one in objects], place

    def listing(self, after: str | None = None) -> Iterator[tuple[list[Listed], str | None]]:
        """As `pages`, with what the listing tells of each object."""
        while True:
            options = {"StartAfter": after} if after else {}
            with aws_errors(self._resource, _MEND):
                page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=PAGE, **options)
            objects = [
                Listed(one["Key"], one["Size"], one["ETag"].strip('"'), one["LastModified"]) for one in page.get("Contents", [])
            ]
            after = objects[-1].key if page["IsTruncated"] else None
            yield objects, after
            if after is None:
                return

    def clock(self) -> float:
        """The time in S3, as its answers tell it in whole seconds since 1970."""
        with aws_errors(self._resource, _MEND):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        return self._ask("head_object", key) is not None

    def facts(self, key: str) -> Facts | None:
        """Facts with an MD5, for which the object is read if S3 does not tell; None when there is no such object."""
        answer = self._ask("head_object", key)
        if answer is None:
            return None
        facts = _facts(answer.headers)
        if facts.md5 is None and (opened := self.open(key)):
            facts = replace(opened[0], md5=md5_of(opened[1]))
        return facts

    def open(self, key: str) -> tuple[Facts, urllib3.BaseHTTPResponse] | None:
        """Facts and bytes, unread; the caller reads to the end, or closes it."""
        answer = self._ask("get_object", key)
        return (_facts(answer.headers), answer) if answer else None

    def put(self, key: str, facts: Facts, stream: IO[bytes]) -> None:
        """Write an object, in parts of 8 MiB if it is large; S3 checks a CRC of what arrives."""
        names = {"content_type": "ContentType", "content_encoding": "ContentEncoding", "content_language": "ContentLanguage",
                 "content_disposition": "ContentDisposition", "cache_control": "CacheControl"}  # fmt: skip
        extra: dict[str, Any] = {names[name]: getattr(facts, name) for name in PROPERTIES if getattr(facts, name)}
        extra["Metadata"] = dict(facts.metadata)
        config = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, max_concurrency=2)
        with aws_errors(self._resource, _MEND):
            self._client.upload_fileobj(stream, self._bucket, key, ExtraArgs=extra, Config=config)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; missing ones are no error."""
        for some in batched(keys, PAGE, strict=False):
            with aws_errors(self._resource, _MEND):
                wanted = {"Objects": [{"Key": key} for key in some], "Quiet": True}
                answer = self._client.delete_objects(Bucket=self._bucket, Delete=wanted)
                if failed := answer.get("Errors"):
                    raise ClientError({"Error": failed[0]}, "DeleteObjects")

    def _ask(self, operation: str, key: str) -> urllib3.BaseHTTPResponse | None:
        """The answer with its body unread, or None when there is no such object."""
        verb = "GET" if operation == "get_object" else "HEAD"
        with aws_errors(self._resource, _MEND):
            url = self._client.generate_presigned_url(
                operation, Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=_SIGNED_SECONDS
            )
        try:
            answer = self._http.request(verb, url, preload_content=verb == "HEAD", decode_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(f"{self._resource}, object {key}", error) from None  # the cause holds the signed URL
        if answer.status == 200:
            return answer
        body = answer.data.decode(errors="replace")
        code = body.partition("<Code>")[2].partition("</Code>")[0] or str(answer.status)
        if answer.status == 404 and code != "NoSuchBucket":
            return None
        with aws_errors(f"{self._resource}, object {key}", _MEND):
            said = {"Error": {"Code": code, "Message": "no message"}, "ResponseMetadata": {"HTTPStatusCode": answer.status}}
            raise ClientError(said, operation)  # type: ignore[arg-type]  # its TypedDict wants fields that nobody reads


def md5_of(stream: IO[bytes] | urllib3.BaseHTTPResponse) -> str:
    """MD5 of what is left of a stream."""
    md5 = hashlib.md5(usedforsecurity=False)
    while chunk := stream.read(_READ):
        md5.update(chunk)
    return md5.hexdigest()


def unreachable(resource: str, error: Exception) -> AdapterError:
    """The error for a connection that failed; the address is left out, for a signature may be in it."""
    return AdapterError("unreachable", f"{resource}: no answer ({type(error).__name__})", "Check the network; then try again.")


def _facts(headers: Mapping[str, str]) -> Facts:
    """An ETag is the MD5 of the content unless the object was put in parts or is encrypted with a key of KMS or the caller."""
    etag = headers["etag"].strip('"')
    encryption = headers.get("x-amz-server-side-encryption", "AES256")
    plain = "-" not in etag and encryption == "AES256" and "x-amz-server-side-encryption-customer-algorithm" not in headers
    facts = from_headers(headers, "x-amz-meta-", size=int(headers["content-length"]), md5=etag if plain else None)
    return facts if plain else replace(facts, etag=etag)
