"""What surely was not done is tried again; what may have been done is not."""

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from bridge.calls import ATTEMPTS, repeated


def client_error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Call")  # type: ignore[typeddict-item]


def http_error(status: int) -> HttpResponseError:
    error = HttpResponseError("refused")
    error.status_code = status
    return error


NOT_DONE = [
    client_error("ThrottlingException", 400), client_error("SlowDown", 503), http_error(429), http_error(503),
    ConnectTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x"), ServiceRequestError("no connection"),
]  # fmt: skip
PERHAPS = [
    client_error("InternalError", 500), http_error(500), ReadTimeoutError(endpoint_url="x"), ServiceResponseError("no answer"),
    OSError("x"),
]  # fmt: skip


class Call:
    def __init__(self, *errors: Exception) -> None:
        self.errors, self.times = list(errors), 0

    def __call__(self) -> str:
        self.times += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.mark.parametrize("error", NOT_DONE, ids=repr)
def test_a_write_that_was_not_done_is_tried_again(error: Exception) -> None:
    assert repeated(Call(error, error), safe=False) == "done"
    with pytest.raises(type(error)):
        repeated(Call(*[error] * ATTEMPTS), safe=False)


@pytest.mark.parametrize("error", PERHAPS, ids=repr)
def test_a_write_that_may_have_been_done_is_not(error: Exception) -> None:
    call = Call(error)
    with pytest.raises(type(error)):
        repeated(call, safe=False)
    assert call.times == 1
    assert repeated(Call(error, error), safe=True) == "done"


def test_what_comes_before_each_attempt_ends_the_matter() -> None:
    call, looks = Call(NOT_DONE[0]), list[int]()

    def look() -> None:
        looks.append(1)
        if len(looks) == 2:
            raise LookupError

    with pytest.raises(LookupError):
        repeated(call, safe=False, before=look)
    assert call.times == 1
