"""App settings: the environment, completed by `Values` of local.settings.json, and what names in bindings mean by them.

Lives here: reading settings. Never here: host.json (`hostconfig.py`), keys (`keys.py`).
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

_REFERENCE = re.compile(r"%([^%]+)%")
_TRUE = {"1", "true"}


class SettingMissing(LookupError):
    """A binding names an app setting that does not exist; the message says which."""


def load_settings(app: Path) -> Mapping[str, str]:
    """Put `Values` of local.settings.json into the environment where it has no such name, and return the environment.

    Raises:
        ValueError: the file is not JSON.
    """
    file = app / "local.settings.json"
    if file.exists():
        for name, value in json.loads(file.read_text()).get("Values", {}).items():
            os.environ.setdefault(name, str(value))
    return os.environ


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace each `%NAME%` by that app setting, as binding expressions do.

    Raises:
        SettingMissing: there is no such setting.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in settings:
            raise SettingMissing(f"app setting '{name}' is missing; a binding refers to it as '%{name}%': add the setting")
        return settings[name]

    return _REFERENCE.sub(value, text)


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether `AzureWebJobs.<function>.Disabled` says so, in that form or in those for Linux, which allows no dots in names."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled", f"AzureWebJobs__{function}__Disabled")
    return any(settings.get(name, "").strip().lower() in _TRUE for name in names)
