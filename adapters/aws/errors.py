"""Turns what botocore raises into the adapters' errors.

Lives here: the catalogue of AWS error codes. Never here: a retry (botocore retries by the session's rules).
Source: "Common error types" of the AWS general reference, and the error lists of each service's API reference.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, ParamValidationError

from adapters.errors import AdapterError, Conflict, Denied, NotFound

_MISSING = ("NotFound", "NoSuch", "NonExistentQueue", "QueueDoesNotExist", "404")
_DENIED = ("AccessDenied", "Unauthorized", "NotAuthorized", "InvalidClientToken", "ExpiredToken", "UnrecognizedClient",
           "SignatureDoesNotMatch", "InvalidIdentityToken", "IDPRejectedClaim", "Forbidden", "403")  # fmt: skip
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "PriorRequestNotComplete", "LimitExceeded")
_CONFLICT = ("Conflict", "InUse", "ConcurrentModification", "InvalidState", "PreconditionFailed", "AlreadyExists")
_UNREACHABLE = ("ServiceUnavailable", "InternalFailure", "InternalError", "ServiceException", "ServiceFailure")
_INVALID = ("Validation", "Invalid", "Malformed", "BadRequest")


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
    except (HTTPClientError, ServiceRequestError) as error:
        raise AdapterError(
            "unreachable", f"{resource}: no answer ({type(error).__name__})", "Check the network and the region; then try again."
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
    if _among(code, _MISSING) or status == 404:
        return NotFound(said, mend or f"Check that {resource} exists in the plan's account and region.")
    if _among(code, _DENIED) or status in {401, 403}:
        return Denied(said, f"Allow {error.operation_name} to the agent's role (infra/aws-role.yaml), or renew its credentials.")
    if _among(code, _THROTTLED) or status == 429:
        return AdapterError("throttled", said, "Try again later; other callers use up the account's request quota.")
    if _among(code, _CONFLICT) or status == 409:
        return Conflict(said, f"Wait until nothing else changes {resource}, then try again.")
    if _among(code, _UNREACHABLE) or status >= 500:
        return AdapterError("unreachable", said, "Try again later; see the AWS Health Dashboard.")
    if _among(code, _INVALID) or status == 400:
        return AdapterError("invalid", said, "Correct what the plan says about this resource.")
    return AdapterError("unexpected", said, "See the agent's log of this moment.")


def _among(code: str, words: tuple[str, ...]) -> bool:
    return any(word in code for word in words)
