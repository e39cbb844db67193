"""How long a call of a store may last, and which failures say that nothing was done.

Lives here: limits, and one more attempt where it is safe. Never here: a store.

The SDKs' own retries are off. A conditional write that is sent again after a lost answer meets its own first arrival and looks
refused; who retried then would change twice. So a write is sent again only if it surely was not done.
"""

import random
import time
from collections.abc import Callable

from azure.core.exceptions import HttpResponseError, ServiceRequestError
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

AWS_LIMITS = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1}, max_pool_connections=50)
"""Of clients of AWS; those of Azure have CALL_LIMITS (book.py)."""
ATTEMPTS = 3
_BUSY = {429, 503}
_THROTTLED = {
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "SlowDown", "Throttling",
    "ThrottlingException", "TooManyRequestsException",
}  # fmt: skip


def repeated[T](call: Callable[[], T], *, safe: bool, before: Callable[[], None] = lambda: None) -> T:
    """The call's answer, after up to three attempts.

    Args:
        safe: whether the call may be done twice; else only what surely was not done is tried again.
        before: called before each attempt; what it raises ends the matter.
    """
    for attempt in range(1, ATTEMPTS + 1):
        before()
        try:
            return call()
        except Exception as error:
            if attempt == ATTEMPTS or not (safe or not_done(error)):
                raise
        pause(attempt)
    raise AssertionError("the last attempt answers or raises")


def pause(attempt: int) -> None:
    """Spread those who try again; longer after each attempt, up to 0.2 seconds."""
    time.sleep(random.uniform(0.005, min(0.2, 0.03 * attempt)))  # noqa: S311  # it keeps no secret


def not_done(error: Exception) -> bool:
    """Whether a call that failed so surely had no effect."""
    if isinstance(error, ClientError):
        code, status = error.response["Error"].get("Code"), error.response["ResponseMetadata"].get("HTTPStatusCode")
        return code in _THROTTLED or status in _BUSY
    if isinstance(error, HttpResponseError):
        return error.status_code in _BUSY
    return isinstance(error, ConnectTimeoutError | EndpointConnectionError | ServiceRequestError)
