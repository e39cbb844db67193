"""The errors that Resource Manager gives, as exceptions: one code and status each, in its envelope.

Source: "Common API details" of the Resource Manager RPC contract and the messages that the service sends.
"""

from typing import Any


class ArmError(Exception):
    """An answer of Resource Manager that is not a success."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.details = details or []
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The envelope: `{"error": {"code", "message"[, "details"]}}`."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def not_found(resource_id: str, group: str) -> ArmError:
    """A resource that is not there; its id as the caller wrote it."""
    short = resource_id.rpartition("/providers/")[2]
    return ArmError(404, "ResourceNotFound", f"The Resource '{short}' under resource group '{group}' was not found.")


def group_not_found(group: str) -> ArmError:
    """A resource group that is not there."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def subscription_not_found(subscription: str) -> ArmError:
    """A subscription that the identity cannot see."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def bad_content(why: str) -> ArmError:
    """A request body that is not what the operation takes."""
    return ArmError(400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why}'.")
