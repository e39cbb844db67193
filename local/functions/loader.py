"""Loading a function app: the functions that its `function_app.py` declares, as plain values.

Lives here: import and indexing, as the Python worker does it. Never here: running a function.
"""

import importlib
import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.functions import FunctionRegister

_log = logging.getLogger("host.loader")

SERVED_TRIGGERS = frozenset({"httpTrigger", "queueTrigger", "timerTrigger", "orchestrationTrigger", "activityTrigger"})
SERVED_BINDINGS = SERVED_TRIGGERS | {"http", "queue", "durableClient"}


class AppNotLoaded(RuntimeError):
    """The folder holds no function app that can be loaded; the message says why."""


@dataclass(frozen=True)
class LoadedFunction:
    """One function: its name, its code and its bindings as function.json would hold them."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    takes_context: bool
    trigger: Mapping[str, Any]
    bindings: tuple[Mapping[str, Any], ...]
    script_file: str

    @property
    def durable_name(self) -> str:
        """The name by which orchestrations call it: the one in its trigger, else the function's."""
        return str(self.trigger.get("orchestration") or self.trigger.get("activity") or self.name)


def load_app(folder: Path) -> list[LoadedFunction]:
    """Import FOLDER/function_app.py and index it. Works once a process: an app's functions can be built only once.

    A function with a binding that this host does not serve is left out, with an error in the log.

    Raises:
        AppNotLoaded: no function_app.py, or not exactly one function app in it. Errors of the import itself come through.
    """
    folder = folder.resolve()
    if not (folder / "function_app.py").exists():
        raise AppNotLoaded(f"{folder} has no function_app.py; give the folder of a Python v2-model function app with --app")
    for place in (folder / ".python_packages" / "lib" / "site-packages", folder):
        if place.is_dir():
            sys.path.insert(0, str(place))
    os.chdir(folder)
    module = importlib.import_module("function_app")
    apps = {id(value): value for value in vars(module).values() if isinstance(value, FunctionRegister)}
    if len(apps) != 1:
        raise AppNotLoaded(f"{folder}/function_app.py defines {len(apps)} function apps; define exactly one")
    (app,) = apps.values()
    loaded = [_describe(function) for function in app.get_functions()]
    return [function for function in loaded if _is_served(function)]


def _describe(function: Any) -> LoadedFunction:
    description = json.loads(function.get_function_json())
    trigger_name = function.get_trigger().name
    bindings = tuple(description["bindings"])
    call = function.get_user_function()
    names = {binding["name"] for binding in bindings}
    return LoadedFunction(
        name=function.get_function_name(),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        takes_context="context" in inspect.signature(call).parameters and "context" not in names,
        trigger=next(binding for binding in bindings if binding["name"] == trigger_name),
        bindings=bindings,
        script_file=description["scriptFile"],
    )


def _is_served(function: LoadedFunction) -> bool:
    foreign = sorted({binding["type"] for binding in function.bindings} - SERVED_BINDINGS)
    if foreign:
        _log.error("Function '%s' is left out: this host does not serve %s", function.name, ", ".join(foreign))
    return not foreign
