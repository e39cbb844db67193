"""The `context` argument of a function: `azure.functions.Context` for one invocation, and the `Out` argument of an output.

Lives here: those values. Never here: who fills them.
"""

import threading
from dataclasses import dataclass
from typing import Any, cast, override

from azure.functions import Context, Out
from azure.functions._abc import RetryContext, RpcException, TraceContext

_thread_local = threading.local()


class _NoTrace(TraceContext):
    trace_parent = ""
    trace_state = ""
    attributes: dict[str, str] = {}


class _NoRetry(RetryContext):
    retry_count = 0
    max_retry_count = 0
    exception = cast(RpcException, None)


@dataclass(frozen=True)
class InvocationContext(Context):
    """Says which invocation of which function this is; there is no distributed trace and no retry policy here."""

    invocation: str
    function: str
    directory: str

    @property
    @override
    def invocation_id(self) -> str:
        return self.invocation

    @property
    @override
    def thread_local_storage(self) -> Any:
        return _thread_local

    @property
    @override
    def function_name(self) -> str:
        return self.function

    @property
    @override
    def function_directory(self) -> str:
        return self.directory

    @property
    @override
    def trace_context(self) -> TraceContext:
        return _NoTrace()

    @property
    @override
    def retry_context(self) -> RetryContext:
        return _NoRetry()


class OutValue(Out[Any]):
    """What a function sets for one of its output bindings; None when it sets nothing."""

    def __init__(self) -> None:
        self._value: Any = None

    @override
    def set(self, val: Any) -> None:
        self._value = val

    @override
    def get(self) -> Any:
        return self._value
