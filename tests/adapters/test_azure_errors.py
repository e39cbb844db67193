"""Azure's answers as the adapters' errors: a code, what was said innermost, a mend; never a request."""

import json
from typing import Any

import httpx
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.rest import HttpRequest
from requests.exceptions import ChunkedEncodingError

from adapters.azure.arm_errors import innermost
from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError


class Response:
    """As much of an SDK's response as its exceptions read."""

    headers: dict[str, str] = {}
    content_type = "application/json"

    def __init__(self, status: int, body: Any) -> None:
        self.status_code, self.reason, self._body = status, "Reason", body
        self.request = HttpRequest("PUT", "https://management.azure.com/x", json={"password": "very-secret"})

    def text(self, _encoding: str | None = None) -> str:
        return json.dumps(self._body)

    def body(self) -> bytes:
        return self.text().encode()


def answer(status: int, code: str = "Code", message: str = "said so") -> HttpResponseError:
    response: Any = Response(status, {"error": {"code": code, "message": message}})
    return HttpResponseError(response=response)


def raised(error: Exception, *, secret: bool = False) -> AdapterError:
    with pytest.raises(AdapterError) as caught, azure_errors("function app orders-func", secret=secret):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        (400, "invalid", False),
        (401, "denied", False),
        (403, "denied", False),
        (404, "not-found", False),
        (408, "unreachable", True),
        (409, "conflict", False),
        (412, "conflict", False),
        (422, "invalid", False),
        (423, "conflict", False),
        (429, "throttled", True),
        (500, "unreachable", True),
        (503, "unreachable", True),
    ],
)
def test_a_status_has_a_code_and_a_mend(status: int, code: str, transient: bool) -> None:
    error = raised(answer(status))
    assert (error.code, error.transient) == (code, transient)
    assert error.message.startswith("function app orders-func: ")
    assert "Code: said so" in error.message
    assert error.mend


def test_a_host_that_starts_is_no_mistake_of_the_caller() -> None:
    assert raised(answer(400, "BadRequest", "Encountered an error (ServiceUnavailable) from host runtime.")).transient


def test_no_answer_is_transient_and_no_identity_is_denied() -> None:
    broke_off = (HttpResponseError("Response ended prematurely"), ChunkedEncodingError("Response ended prematurely"))
    for silence in (ServiceRequestError("refused"), ServiceResponseError("cut off"), httpx.ReadTimeout("too long"), *broke_off):
        assert raised(silence).code == "unreachable"
    denied = raised(ClientAuthenticationError("no identity\nmore"))
    assert (denied.code, "az login" in denied.mend) == ("denied", True)
    assert raised(ValueError("strange")).code == "unexpected"
    with pytest.raises(OSError, match="No space"), azure_errors("function app orders-func"):
        raise OSError(28, "No space left on device")


def test_messages_hold_no_request_and_no_echo_of_a_secret_one() -> None:
    assert "very-secret" not in str(raised(answer(400)))
    assert "very-secret" not in str(raised(answer(400, message="'very-secret' is not allowed"), secret=True))


def test_the_adapters_own_errors_pass_unchanged() -> None:
    own = AdapterError("invalid", "as it was")
    assert raised(own) is own


def test_the_innermost_errors_are_told_once() -> None:
    wrapped = json.dumps({"error": {"code": "SubnetInUse", "message": "The subnet is in use."}})
    detail = {"code": "Conflict", "message": wrapped}
    error = {"code": "DeploymentFailed", "message": "See details.", "details": [detail, detail, {"message": "plain"}]}
    assert innermost(error) == "SubnetInUse: The subnet is in use.; plain"
    assert innermost({"code": "A", "message": "{no json"}) == "A: {no json"
    assert innermost({"code": "A", "message": '{"other": 1}'}) == 'A: {"other": 1}'
    assert innermost(None) == ""
