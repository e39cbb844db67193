"""Values between host and function, through the converters registered with azure.functions, as the Python worker does it.

Lives here: Datum in, Datum out. Never here: what the data mean to a trigger.
Source: https://github.com/Azure/azure-functions-python-worker (bindings/meta.py)
"""

from collections.abc import Mapping
from typing import Any

from azure.functions import meta
from azure.functions.meta import Datum


def _converter(binding_type: str) -> Any:
    registry = meta.get_binding_registry()  # type: ignore[no-untyped-call] # left untyped by azure.functions
    return registry.get(binding_type)


def text_datum(body: bytes) -> Datum:
    """A body as the host sends it: a string when it is UTF-8, bytes otherwise."""
    try:
        return Datum(body.decode(), "string")
    except UnicodeDecodeError:
        return Datum(body, "bytes")


def decode(binding_type: str, datum: Datum, metadata: Mapping[str, Datum] | None = None) -> Any:
    """The argument that a function gets for a binding.

    Raises:
        ValueError: the data cannot be had as that binding's type.
    """
    return _converter(binding_type).decode(datum, trigger_metadata=metadata)


def encode(binding_type: str, value: Any) -> Datum:
    """What a function returned or set for an output, as data.

    Raises:
        TypeError: the binding cannot take a value of this type.
    """
    try:
        datum: Datum = _converter(binding_type).encode(value, expected_type=None)
    except NotImplementedError as error:
        raise TypeError(f"unable to encode a value of type '{type(value).__name__}' for a '{binding_type}' output") from error
    return datum
