"""Route templates of HTTP triggers, as ASP.NET routing reads them, and the choice of the most specific one that fits a path.

Lives here: matching. Never here: methods, keys, requests.
Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote
from uuid import UUID

_PARAMETER = re.compile(r"\{((?:[^{}]|\{\{|\}\})+)\}")
_INSIDE = re.compile(r"(?P<stars>\*{0,2})(?P<name>[^:=?]+)(?P<constraints>(?::.*?)?)(?:=(?P<default>[^()]*))?(?P<optional>\?)?")
_CONSTRAINT = re.compile(r":([a-zA-Z]+)(?:\((.*?)\)(?=:|$))?")


def _parses(read: Callable[[str], object]) -> Callable[[str, str], bool]:
    def check(value: str, _argument: str) -> bool:
        try:
            read(value)
        except ValueError:
            return False
        return True

    return check


def _length(value: str, argument: str) -> bool:
    bounds = [int(bound) for bound in argument.split(",")]
    return bounds[0] <= len(value) <= bounds[-1]


def _range(value: str, argument: str) -> bool:
    low, high = argument.split(",")
    return value.lstrip("-").isdigit() and int(low) <= int(value) <= int(high)


_CHECKS: dict[str, Callable[[str, str], bool]] = {
    "int": lambda value, _: bool(re.fullmatch(r"-?\d+", value)) and -(2**31) <= int(value) < 2**31,
    "long": lambda value, _: bool(re.fullmatch(r"-?\d+", value)) and -(2**63) <= int(value) < 2**63,
    "bool": lambda value, _: value.lower() in {"true", "false"},
    "datetime": _parses(datetime.fromisoformat),
    "decimal": _parses(float),
    "double": _parses(float),
    "float": _parses(float),
    "guid": _parses(UUID),
    "alpha": lambda value, _: bool(re.fullmatch(r"[A-Za-z]*", value)),
    "required": lambda value, _: bool(value),
    "length": _length,
    "minlength": lambda value, argument: len(value) >= int(argument),
    "maxlength": lambda value, argument: len(value) <= int(argument),
    "min": lambda value, argument: value.lstrip("-").isdigit() and int(value) >= int(argument),
    "max": lambda value, argument: value.lstrip("-").isdigit() and int(value) <= int(argument),
    "range": _range,
    "regex": lambda value, argument: bool(re.search(argument.replace("{{", "{").replace("}}", "}"), value, re.IGNORECASE)),
}


@dataclass(frozen=True)
class _Segment:
    pattern: re.Pattern[str]
    parameters: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    default: str | None
    optional: bool
    catch_all: bool
    rank: int
    """Smaller is more specific: literal, constrained parameter, parameter, catch-all."""

    def match(self, text: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        values = {name: found[f"p{number}"] for number, (name, _) in enumerate(self.parameters)}
        for name, constraints in self.parameters:
            if not all(_CHECKS[kind](values[name], argument) for kind, argument in constraints):
                return None
        return values


class Route:
    """One template, such as `orders/{id:int}/lines/{*rest}`."""

    def __init__(self, template: str) -> None:
        """Read the template.

        Raises:
            ValueError: it uses a constraint that routing does not know.
        """
        self.template = template.strip("/")
        self._segments = [_segment(text) for text in _split(self.template)]
        self.precedence = tuple(segment.rank for segment in self._segments)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The values of the parameters if the decoded path segments fit; an optional one that is absent has no value."""
        values: dict[str, str] = {}
        for position, segment in enumerate(self._segments):
            if segment.catch_all:
                text = "/".join(segments[position:])
                if text or segment.default is None:
                    return values | {segment.parameters[0][0]: text}
                return values | {segment.parameters[0][0]: segment.default}
            if position >= len(segments):
                if segment.default is not None:
                    values[segment.parameters[0][0]] = segment.default
                elif not segment.optional:
                    return None
                continue
            found = segment.match(segments[position])
            if found is None:
                return None
            values |= found
        return values if len(segments) <= len(self._segments) else None


def path_segments(raw_path: str) -> list[str]:
    """The decoded segments of a percent-encoded path; an encoded slash stays encoded, as in ASP.NET."""
    parts = raw_path.strip("/").split("/")
    return [unquote(part.replace("%2F", "%252F").replace("%2f", "%252f")) for part in parts] if parts != [""] else []


def in_order[T](routed: Iterable[tuple[Route, T]]) -> list[tuple[Route, T]]:
    """Most specific template first."""
    return sorted(routed, key=lambda pair: pair[0].precedence)


def _split(template: str) -> list[str]:
    """Split at slashes outside braces (a regular expression may hold some)."""
    return [part for part in re.split(r"/(?![^{]*\})", template) if part]


def _segment(text: str) -> _Segment:
    parameters: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    pattern, end, default, optional, catch_all = "", 0, None, False, False
    for found in _PARAMETER.finditer(text):
        inside = _INSIDE.fullmatch(found[1])
        if inside is None:
            raise ValueError(f"route segment '{text}' is not well formed")
        checks = tuple((kind.lower(), argument) for kind, argument in _CONSTRAINT.findall(inside["constraints"]))
        unknown = [kind for kind, _ in checks if kind not in _CHECKS]
        if unknown:
            raise ValueError(
                f"route '{text}' uses the unknown constraint '{unknown[0]}'; use one of {', '.join(sorted(_CHECKS))}"
            )
        pattern += re.escape(text[end : found.start()]) + f"(?P<p{len(parameters)}>.+)"
        end = found.end()
        default, optional, catch_all = inside["default"], bool(inside["optional"]), bool(inside["stars"])
        parameters.append((inside["name"].strip(), checks))
    pattern += re.escape(text[end:])
    constrained = any(checks for _, checks in parameters)
    rank = 0 if not parameters else (3 if catch_all else (1 if constrained else 2))
    return _Segment(re.compile(pattern, re.IGNORECASE), tuple(parameters), default, optional, catch_all, rank)
