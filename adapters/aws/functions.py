"""Lambda functions: what they are, and the concurrency reserved for them.

Lives here: calls of the Lambda API about functions. Never here: mappings (mappings.py), values of variables.
"""

import hashlib
from datetime import timedelta
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.aws.metrics import LambdaMetrics
from adapters.records import Json

_MEND = "Check the function's name in the plan, and the plan's account and region."


class LambdaFunctions:
    """SourceFunctions of Lambda; functions are named by name or ARN."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("lambda")
        self._metrics = LambdaMetrics(session)

    def snapshot(self, name: str) -> Json:
        """What a migration may change and what the code hangs on; equal for as long as nothing is changed.

        Environment variables appear by name, with a SHA-256 of the sorted names: values may be secrets.
        """
        found = self._configuration(name)
        variables = sorted(found.get("Environment", {}).get("Variables", {}))
        return {
            "name": found["FunctionName"],
            "arn": found["FunctionArn"],
            "code_sha256": found["CodeSha256"],
            "version": found["Version"],
            "runtime": found.get("Runtime"),
            "handler": found.get("Handler"),
            "role": found["Role"],
            "memory_mb": found["MemorySize"],
            "timeout_seconds": found["Timeout"],
            "layers": [layer["Arn"] for layer in found.get("Layers", [])],
            "environment_names": variables,
            "environment_names_sha256": hashlib.sha256("\n".join(variables).encode()).hexdigest(),
            "reserved_concurrency": self.concurrency(name),
            "versions": self._versions(name),
            "aliases": self._aliases(name),
        }

    def code_hash(self, name: str) -> str:
        """Base64 SHA-256 of the deployed package, as Lambda reports it."""
        return str(self._configuration(name)["CodeSha256"])

    def set_concurrency(self, name: str, reserved: int | None) -> None:
        """Reserve that many concurrent executions (0 stops the function); nothing is sent when it is so already."""
        if self.concurrency(name) == reserved:
            return
        with aws_errors(f"Lambda function {name}", _MEND):
            if reserved is None:
                self._client.delete_function_concurrency(FunctionName=name)
            else:
                self._client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)

    def concurrency(self, name: str) -> int | None:
        """Reserved concurrent executions; None when nothing is reserved."""
        with aws_errors(f"Lambda function {name}", _MEND):
            return self._client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")

    def invocations(self, name: str, last: timedelta) -> int:
        """Invocations in the last period, counted in whole minutes (see `LambdaMetrics`)."""
        self._configuration(name)  # a metric of a function that does not exist would be an honest-looking 0
        return self._metrics.invocations(name, last)

    def _configuration(self, name: str) -> dict[str, Any]:
        with aws_errors(f"Lambda function {name}", _MEND):
            return dict(self._client.get_function_configuration(FunctionName=name))

    def _versions(self, name: str) -> Json:
        """Published version to code hash; `$LATEST` is the function itself."""
        with aws_errors(f"versions of Lambda function {name}", _MEND):
            pages = self._client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            found = {version["Version"]: version["CodeSha256"] for page in pages for version in page["Versions"]}
        return {version: found[version] for version in sorted(found) if version != "$LATEST"}

    def _aliases(self, name: str) -> list[Json]:
        with aws_errors(f"aliases of Lambda function {name}", _MEND):
            pages = self._client.get_paginator("list_aliases").paginate(FunctionName=name)
            found = [
                {
                    "name": alias["Name"],
                    "version": alias["FunctionVersion"],
                    "weights": dict(alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})),
                }
                for page in pages
                for alias in page["Aliases"]
            ]
        return sorted(found, key=lambda alias: str(alias["name"]))
