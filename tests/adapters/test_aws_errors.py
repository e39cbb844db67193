"""What AWS says becomes an error of the catalogue, with the resource and a mend."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, Conflict, Denied, NotFound


def said(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "because"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DescribeThing")  # type: ignore[arg-type]  # the rest of the answer does not matter


def turned(error: Exception, mend: str = "") -> AdapterError:
    with pytest.raises(AdapterError) as raised, aws_errors("thing one", mend):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ResourceNotFoundException", 404, "not-found"),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, "not-found"),
        ("AWS.SimpleQueueService.QueueDeletedRecently", 400, "unreachable"),
        ("NoSuchHostedZone", 404, "not-found"),
        ("AccessDeniedException", 400, "denied"),
        ("InvalidClientTokenId", 403, "denied"),
        ("ExpiredTokenException", 403, "denied"),
        ("ThrottlingException", 400, "throttled"),
        ("PriorRequestNotComplete", 400, "throttled"),
        ("TooManyRequestsException", 429, "throttled"),
        ("ResourceConflictException", 409, "conflict"),
        ("ResourceInUseException", 400, "conflict"),
        ("ServiceException", 500, "unreachable"),
        ("ValidationException", 400, "invalid"),
        ("InvalidParameterValueException", 400, "invalid"),
        ("SomethingNew", 404, "not-found"),
        ("SomethingNew", 503, "unreachable"),
        ("SomethingNew", 418, "unexpected"),
    ],
)
def test_codes_and_statuses(code: str, status: int, expected: str) -> None:
    error = turned(said(code, status))
    assert error.code == expected
    assert "thing one" in error.message
    assert "because" in error.message
    assert error.mend


def test_the_class_tells_the_kind_and_a_missing_thing_has_the_callers_mend() -> None:
    assert isinstance(turned(said("AccessDenied")), Denied)
    assert isinstance(turned(said("ConflictException")), Conflict)
    missing = turned(said("NoSuchBucket"), "look at the plan")
    assert isinstance(missing, NotFound)
    assert missing.mend == "look at the plan"
    assert "DescribeThing" in turned(said("AccessDenied"), "look at the plan").mend


def test_without_an_answer_it_may_work_later() -> None:
    for error in (EndpointConnectionError(endpoint_url="http://x"), ReadTimeoutError(endpoint_url="http://x")):
        assert turned(error).code == "unreachable"
        assert turned(error).transient


def test_without_credentials_it_is_denied() -> None:
    error = turned(NoCredentialsError())
    assert error.code == "denied"
    assert "role_arn" in error.mend
