"""The forwarder as a published version of a function, and the function's own code as it was, all the while and afterwards.

Lambda publishes versions from `$LATEST` only. So the own code is published first, `$LATEST` becomes the forwarder while that is
published, and the own code and settings come back from the version that holds them; nobody may call `$LATEST` meanwhile
(`alias_guard.py`). Layers and variables stay on the forwarder, so that only code, handler and runtime have to come back.
Never here: weights, and values of variables in what is recorded.
Source: Lambda API reference, UpdateFunctionCode, UpdateFunctionConfiguration, PublishVersion; quotas: 50 MB a zipped upload.
"""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, Denied
from adapters.records import Json
from adapters.routers.forwarder_package import HANDLER, RUNTIME, code_hash, package

_KEPT, _FORWARDS = "dayzero: the function's own code", "dayzero: forwards to Azure"
"""Descriptions of the versions that are published here."""
_SECONDS = 180.0
_HIJACKS = "AWS_LAMBDA_EXEC_WRAPPER"
"""A variable by which a layer starts another program in place of the runtime."""


class ForwarderVersion:
    """The forwarder of one function.

    Args:
        client: boto3 client of `lambda`.
        name: of the function.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name, self._what = client, name, f"Lambda function {name}"

    def versions(self) -> list[str]:
        """Numbers of all published versions, lowest first."""
        return sorted(self._published(), key=int)

    def forwarding(self) -> set[str]:
        """Numbers of the versions that forward."""
        return {number for number, one in self._published().items() if one.get("Handler") == HANDLER}

    def find(self, settings: Mapping[str, str]) -> str | None:
        """Number of the version that forwards with these settings and this code; None when there is none."""
        for number, one in self._published().items():
            if (
                one["CodeSha256"] == code_hash(package())
                and one.get("Handler") == HANDLER
                and settings.items() <= _values(one).items()
            ):
                return number
        return None

    def publish(self, settings: Mapping[str, str]) -> str:
        """Publish the forwarder and put the own code back; the version's number.

        Raises:
            Denied: the values of the function's variables cannot be read, so that they could not be put back.
            Conflict: somebody else changes the function at this moment.
        """
        self.put_back()
        before = self._ready()
        if "Error" in before.get("Environment", {}):
            raise Denied(f"{self._what}: its variables cannot be decrypted", "Allow kms:Decrypt on the function's key.")
        own = self._code("$LATEST", before["CodeSha256"])
        self._call("publish_version", Description=_KEPT, CodeSha256=before["CodeSha256"])
        self._call("update_function_code", ZipFile=package(), RevisionId=self._ready()["RevisionId"])
        self._ready()
        kept = {key: value for key, value in _values(before).items() if key != _HIJACKS}
        self._call(
            "update_function_configuration",
            Handler=HANDLER,
            Runtime=RUNTIME,
            Environment={"Variables": {**kept, **settings}},
        )
        self._ready()
        made = str(self._call("publish_version", Description=_FORWARDS, CodeSha256=code_hash(package()))["Version"])
        self._ready(made)
        self.put_back(own)
        return made

    def put_back(self, code: bytes | None = None) -> None:
        """Own code and settings of `$LATEST`, should it be the forwarder, also half of it; the hash is checked.

        Args:
            code: the own code; without it, as after a crash, it is fetched from the version that holds it.

        Raises:
            AdapterError: `unexpected` when what came back is not what was there.
        """
        latest = self._ready()
        if latest.get("Handler") != HANDLER and latest["CodeSha256"] != code_hash(package()):
            return
        own = max((number for number in self._published() if number not in self.forwarding()), key=int)
        wanted = self._configuration(own)
        self._call("update_function_configuration", **_changed(wanted))
        self._ready()
        self._call("update_function_code", ZipFile=code or self._code(own, wanted["CodeSha256"]))
        found = self._ready()
        if found["CodeSha256"] != wanted["CodeSha256"] or _changed(found) != _changed(wanted):
            mend = f"Put the code and the settings of version {own} back by hand; the alias does not depend on it."
            raise AdapterError("unexpected", f"{self._what}: what came back is not version {own}", mend)

    def remove(self, kept: list[str]) -> None:
        """Delete the versions that were published here, but for those that are to be kept."""
        ours = [number for number, one in self._published().items() if one.get("Description") in {_KEPT, _FORWARDS}]
        for number in sorted(set(ours) - set(kept), key=int):
            self._call("delete_function", Qualifier=number)

    def _code(self, version: str, sha256: str) -> bytes:
        """The zip of a version, which must have this hash; its address is signed and must not be shown."""
        location = self._call("get_function", Qualifier=version)["Code"]["Location"]
        what = f"{self._what}: the code of version {version}"
        try:
            found = httpx.get(location, timeout=60, follow_redirects=True).raise_for_status().content
        except httpx.HTTPError:
            mend = "Let the agent reach S3 in the function's region; then retry."
            raise AdapterError("unreachable", f"{what} could not be fetched", mend) from None
        if code_hash(found) != sha256:
            raise AdapterError("unexpected", f"{what} has another hash than Lambda says", "Put it back by hand, then retry.")
        return found

    def _ready(self, version: str = "$LATEST") -> Json:
        """The configuration once no update is on its way."""
        deadline, pause = time.monotonic() + _SECONDS, 0.1
        while True:
            found = self._configuration(version)
            if found.get("LastUpdateStatus") != "InProgress" and found.get("State") != "Pending":
                return found
            if time.monotonic() > deadline:
                raise AdapterError("unreachable", f"{self._what}: its update does not end", "Look at the function; then retry.")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _configuration(self, version: str) -> Json:
        return self._call("get_function_configuration", Qualifier=version)

    def _published(self) -> dict[str, Json]:
        """Configuration of each version by its number."""
        with aws_errors(f"versions of {self._what}"):
            pages = self._client.get_paginator("list_versions_by_function").paginate(FunctionName=self._name)
            return {one["Version"]: dict(one) for page in pages for one in page["Versions"] if one["Version"] != "$LATEST"}

    def _call(self, operation: str, **arguments: Any) -> Json:
        with aws_errors(self._what, "Check traffic.functions in the plan."):
            return dict(getattr(self._client, operation)(FunctionName=self._name, **arguments))


def _values(configuration: Json) -> dict[str, str]:
    return dict(configuration.get("Environment", {}).get("Variables", {}))


def _changed(configuration: Json) -> Json:
    """What the forwarder has otherwise than the function itself, as a change of the configuration."""
    own = {key: configuration[key] for key in ("Handler", "Runtime")}
    return {**own, "Environment": {"Variables": _values(configuration)}}
