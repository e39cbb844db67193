"""Turns what the Azure SDKs raise into the adapters' errors.

Lives here: the catalogue of HTTP statuses. Never here: a retry (azure-core retries), a request body or a token in a message.
Source: "Error codes" of Azure Resource Manager and of Azure Storage.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from adapters.azure.arm_errors import innermost
from adapters.errors import AdapterError, Conflict, Denied, NotFound

_LONGEST = 500
_SIGN_IN = "Give the agent a managed identity (AZURE_CLIENT_ID names a user-assigned one), or sign in with `az login`."
_GRANT = (
    "Assign the role in infra/azure-role.json to the agent's identity at the target's resource group; it takes minutes to act."
)


@contextmanager
def azure_errors(resource: str, mend: str = "", *, secret: bool = False) -> Iterator[None]:
    """Raise an AdapterError in place of what an Azure SDK raises.

    Args:
        resource: what was asked, in words: `function app orders-func`.
        mend: what to do when the resource does not exist; other errors have mends of their own.
        secret: whether what was sent may hold secrets; the service's own words are left out then, for they may repeat it.
    """
    try:
        yield
    except ClientAuthenticationError as error:
        raise Denied(f"{resource}: not signed in ({_words(error)})", _SIGN_IN) from error
    except HttpResponseError as error:
        if error.status_code is None:  # without a response it broke off while it was read
            raise (_unreachable if error.response is None else _silent)(resource, error) from error
        raise answered(resource, error.status_code, "" if secret else _words(error), mend) from error
    except (ServiceRequestError, ServiceResponseError, httpx.TransportError) as error:
        raise _unreachable(resource, error) from error
    except OSError as error:
        if error.errno is not None:  # of this machine, not of the HTTP library
            raise
        raise _unreachable(resource, error) from error
    except (AzureError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _silent(resource, error) from error


def answered(resource: str, status: int, words: str, mend: str = "") -> AdapterError:
    """The adapters' error for an HTTP answer.

    Args:
        resource: as for `azure_errors`.
        status: the HTTP status, 400 or above.
        words: what the service said; empty when it must not be shown.
        mend: what to do when the resource does not exist.
    """
    said = f"{resource}: answered {status}" + (f" ({words})" if words else "")
    if status == 404:
        return NotFound(said, mend or f"Check that {resource} exists, and the plan's subscription and resource group.")
    if status in {401, 403}:
        return Denied(said, _SIGN_IN if status == 401 else _GRANT)
    if status in {409, 412, 423}:
        return Conflict(said, f"Wait until nothing else changes {resource}, then try again; remove a lock if there is one.")
    if status == 429:
        return AdapterError("throttled", said, "Try again later; other callers use up the subscription's request quota.")
    if host_is_away(status, words) or status >= 500 or status == 408:
        return AdapterError("unreachable", said, "Try again later; see Azure Service Health.")
    return AdapterError("invalid", said, "Correct what the plan says about this resource.")


def host_is_away(status: int | None, words: str) -> bool:
    """Whether the Functions host did not answer Resource Manager, as while it starts: a 5xx, or a 400 in these words."""
    return status in {502, 503, 504} or (status == 400 and "from host runtime" in words)


def _words(error: HttpResponseError) -> str:
    """The service's innermost code and message: never the request."""
    try:
        body = json.loads(error.response.text()) if error.response is not None else None
    except (AzureError, ValueError):
        body = None
    told = innermost(body.get("error", body)) if isinstance(body, dict) else ""
    return _first_line(told or error.message or error.reason or type(error).__name__)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no message")
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."


def _unreachable(resource: str, error: Exception) -> AdapterError:
    what = f"{resource}: no answer ({type(error).__name__})"
    return AdapterError("unreachable", what, "Check the network and the address; then try again.")


def _silent(resource: str, error: Exception) -> AdapterError:
    return AdapterError("unexpected", f"{resource}: {type(error).__name__}", "See the agent's log of this moment.")
