"""Turns what botocore raises into the adapters' errors.

Lives here: the catalogue of AWS error codes. Never here: a retry (botocore retries by the session's rules).
Source: "Common error types" of the AWS general reference, and the error lists of each service's API reference.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.exceptions import (
    ConnectionError as NoConnection,
)

from adapters.errors import AdapterError, Conflict, Denied, NotFound

_LATER = "Try again later; see the AWS Health Dashboard."
_CLASSES = {"not-found": NotFound, "denied": Denied, "conflict": Conflict}


class _Kind(NamedTuple):
    """One code of ours: the parts of AWS codes it stands for, else the HTTP statuses."""

    code: str
    parts: str
    statuses: tuple[int, ...]
    mend: str


_KINDS = (
    _Kind(
        "not-found",
        "NotFound NoSuch NonExistentQueue QueueDoesNotExist",
        (404,),
        "Check that {resource} exists in the plan's account and region.",
    ),
    _Kind(
        "denied",
        "AccessDenied Unauthorized NotAuthorized InvalidClientToken ExpiredToken UnrecognizedClient SignatureDoesNotMatch "
        "InvalidIdentityToken IDPRejectedClaim Forbidden",
        (401, 403),
        "Allow {operation} to the agent's role (infra/aws-role.yaml), or renew its credentials.",
    ),
    _Kind(
        "throttled",
        "Throttl TooManyRequests RequestLimitExceeded SlowDown PriorRequestNotComplete LimitExceeded",
        (429,),
        "Try again later; other callers use up the account's request quota.",
    ),
    _Kind(
        "conflict",
        "Conflict InUse ConcurrentModification InvalidState PreconditionFailed AlreadyExists",
        (409, 412),
        "Wait until nothing else changes {resource}, then try again.",
    ),
    _Kind(
        "unreachable",
        "ServiceUnavailable InternalFailure InternalError ServiceException ServiceFailure QueueDeletedRecently",
        (),
        _LATER,
    ),
    _Kind("invalid", "Validation Invalid Malformed BadRequest", (400,), "Correct what the plan says about this resource."),
)
"""The first whose parts are in the AWS code counts; when there is none, the first with the HTTP status."""


@contextmanager
def aws_errors(resource: str, mend: str = "") -> Iterator[None]:
    """Raise an AdapterError in place of what an AWS SDK raises.

    Args:
        resource: what was asked, in words: `Lambda function orders-api`.
        mend: what to do when the resource does not exist; other errors have mends of their own.
    """
    try:
        yield
    except ClientError as error:
        raise _answered(error, resource, mend) from error
    except (NoCredentialsError, ClientAuthenticationError) as error:
        raise Denied(
            f"{resource}: no credentials for AWS ({type(error).__name__})",
            "Give the plan's source.role_arn and let its trust policy name the agent's managed identity.",
        ) from error
    except (HTTPClientError, NoConnection, ServiceRequestError) as error:
        raise AdapterError(
            "unreachable",
            f"{resource}: no answer ({type(error).__name__})",
            "Check the network and the region; then try again.",
        ) from error
    except ParamValidationError as error:
        raise AdapterError("invalid", f"{resource}: {error}", "Correct the name in the plan.") from error
    except BotoCoreError as error:
        raise AdapterError("unexpected", f"{resource}: {error}", "See the agent's log of this moment.") from error


def _answered(error: ClientError, resource: str, mend: str) -> AdapterError:
    """The adapters' error for an answer of AWS, by its code first and its HTTP status second."""
    detail = error.response.get("Error", {})
    code = str(detail.get("Code", "")).rsplit(".", 1)[-1]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"{resource}: {error.operation_name} was answered {code} ({detail.get('Message', 'no message')})"
    by_code = [kind for kind in _KINDS if any(part in code for part in kind.parts.split())]
    by_status = [kind for kind in _KINDS if status in kind.statuses]
    unknown = _Kind("unreachable" if status >= 500 else "unexpected", "", (), _LATER)
    kind = (by_code + by_status + [unknown])[0]
    ours, usual = kind.code, kind.mend.format(resource=resource, operation=error.operation_name)
    advice = mend if ours == "not-found" and mend else usual
    return _CLASSES[ours](said, advice) if ours in _CLASSES else AdapterError(ours, said, advice)
