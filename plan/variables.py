"""`${NAME}` and `${NAME:-default}` in the values of a plan.

Lives here: substitution from given variables. Never here: reading the process's environment. Keys are left as they are, and
`$${` stands for a literal `${`.
"""

import re
from collections.abc import Mapping

from plan.problems import Finding, Path, shortened

_REFERENCE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}|\$\{.*", re.DOTALL)


def substitute(data: object, variables: Mapping[str, str], path: Path = ()) -> tuple[object, list[Finding]]:
    """The data with every reference replaced, and what could not be. As in a shell, an empty value takes the default."""
    if isinstance(data, dict):
        found: list[Finding] = []
        fields = {}
        for key, value in data.items():
            fields[key], more = substitute(value, variables, (*path, key))
            found += more
        return fields, found
    if isinstance(data, list):
        results = [substitute(value, variables, (*path, index)) for index, value in enumerate(data)]
        return [value for value, _ in results], [finding for _, more in results for finding in more]
    if isinstance(data, str) and "${" in data:
        return _text(data, variables, path)
    return data, []


def _text(text: str, variables: Mapping[str, str], path: Path) -> tuple[str, list[Finding]]:
    found: list[Finding] = []

    def replace(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        if match.group() == "$${":
            return "${"
        if name is None:
            what = f"{shortened(text)} has a reference that cannot be read"
            found.append(Finding(path, what, "Write ${NAME} or ${NAME:-default}, or $${ for a literal ${"))
            return ""
        if value := variables.get(name, default if default is not None else ""):
            return value
        if default is None and name not in variables:
            mend = f"Set {name} in the environment, or give a default: ${{{name}:-value}}"
            found.append(Finding(path, f"the variable {name} is not set", mend))
        return default or ""

    return _REFERENCE.sub(replace, text), found
