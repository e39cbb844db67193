"""Running a function once: arguments, thread or event loop, outputs, log, count of what is in flight.

Lives here: that. Never here: triggers, and what becomes of results.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from azure.functions.meta import Datum

from local.functions.codec import decode
from local.functions.context import InvocationContext, OutValue
from local.functions.loader import LoadedFunction

_log = logging.getLogger("host.functions")


@dataclass(frozen=True)
class Outcome:
    """What the function returned, and what it set for its other outputs, by binding name."""

    value: Any
    outputs: Mapping[str, Any]


class Invoker:
    """Runs functions: coroutines in the event loop, others in a pool of threads."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._folder = str(folder)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="function")
        self.constants: dict[str, Datum] = {}
        """Data of input bindings that are the same for every invocation, by binding type."""
        self.in_flight = 0

    async def invoke(
        self, function: LoadedFunction, given: Datum, metadata: Mapping[str, Datum] | None = None, *, quiet: bool = False
    ) -> Outcome:
        """Run the function with the trigger's data; `quiet` logs success at debug level.

        Raises:
            Exception: whatever the function raised, after it was logged.
        """
        invocation = str(uuid4())
        level = logging.DEBUG if quiet else logging.INFO
        _log.log(level, "Executing 'Functions.%s' (Id=%s)", function.name, invocation)
        began = time.perf_counter()
        self.in_flight += 1
        try:
            arguments, outputs = self._arguments(function, given, metadata, invocation)
            if function.is_async:
                value = await function.call(**arguments)
            else:
                run = contextvars.copy_context().run
                value = await asyncio.get_running_loop().run_in_executor(self._threads, lambda: run(function.call, **arguments))
        except Exception:
            _log.exception("Executed 'Functions.%s' (Failed, Id=%s, Duration=%dms)", function.name, invocation, _since(began))
            raise
        finally:
            self.in_flight -= 1
        _log.log(level, "Executed 'Functions.%s' (Succeeded, Id=%s, Duration=%dms)", function.name, invocation, _since(began))
        return Outcome(value, {name: output.get() for name, output in outputs.items()})

    def _arguments(
        self, function: LoadedFunction, given: Datum, metadata: Mapping[str, Datum] | None, invocation: str
    ) -> tuple[dict[str, Any], dict[str, OutValue]]:
        arguments: dict[str, Any] = {}
        outputs: dict[str, OutValue] = {}
        for binding in function.bindings:
            name = binding["name"]
            if binding is function.trigger:
                arguments[name] = decode(binding["type"], given, metadata)
            elif binding["direction"] == "IN":
                arguments[name] = decode(binding["type"], self.constants[binding["type"]])
            elif name != "$return":
                arguments[name] = outputs[name] = OutValue()
        if function.takes_context:
            arguments["context"] = InvocationContext(invocation, function.name, self._folder)
        return arguments, outputs


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
