"""Model to JSON and back: versioned, stable order, quantities as the text people write."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from archwright.model.quantity import Quantity

T = TypeVar("T")


class SerialError(ValueError):
    """The JSON is not this type. The message names the path inside the document."""


def to_json(value: object) -> str:
    """The value as indented JSON, keys in declaration order, with a final newline. Equal values give equal text."""
    return msgspec.json.format(_encoder.encode(value), indent=2).decode() + "\n"


def to_builtins(value: object) -> Any:
    """The value as dicts, lists and scalars."""
    return msgspec.to_builtins(value, enc_hook=_encode, order="deterministic")


def from_json(text: str | bytes, type_: type[T]) -> T:
    """Read a value written by `to_json`. Raises SerialError where it does not fit."""
    try:
        return msgspec.json.decode(text, type=type_, dec_hook=_decode)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise SerialError(str(error)) from error


def json_schema(type_: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a model type."""
    return msgspec.json.schema(type_, schema_hook=_schema)


def _encode(value: object) -> object:
    if isinstance(value, Quantity):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not belong in a model")


def _decode(type_: type, value: object) -> object:
    if issubclass(type_, Quantity):
        return type_.parse(value if isinstance(value, str) else repr(value))
    raise TypeError(f"{type_.__name__} does not belong in a model")


def _schema(type_: type) -> dict[str, Any]:
    if issubclass(type_, Quantity):
        return {"type": "string", "description": type_.expected}
    raise TypeError(f"{type_.__name__} does not belong in a model")


_encoder = msgspec.json.Encoder(enc_hook=_encode, order="deterministic")
