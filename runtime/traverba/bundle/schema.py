"""Frozen dataclasses from and to plain JSON values, with every mistake located.

Only the types that manifests use are known: str, int, float, bool, ``X | None``,
``tuple[X, ...]``, ``dict[str, X]``, `JsonValue` and dataclasses of those.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

JsonValue = Any
"""Free JSON: what the exporter wants to keep and the runtime does not interpret."""

_NAMES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class SchemaError(ValueError):
    """A JSON value does not have the declared shape; the message says where."""


def to_json(value: object) -> dict[str, JsonValue]:
    """The fields of a dataclass instance, nested ones included."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"not a dataclass instance: {value!r}")
    return asdict(value)


def from_json(cls: type[T], value: JsonValue, where: str = "manifest") -> T:
    """Build ``cls`` from parsed JSON. Unknown fields are ignored: a later minor writer may add some."""
    if not isinstance(value, dict):
        raise SchemaError(f"{where}: expected an object, got {_kind(value)}")
    hints = get_type_hints(cls)
    given = {
        field.name: _convert(hints[field.name], value[field.name], f"{where}.{field.name}")
        for field in fields(cast(Any, cls))
        if field.name in value or _required(field, where)
    }
    return cls(**given)


def _required(field: Field[Any], where: str) -> bool:
    if field.default is MISSING and field.default_factory is MISSING:
        raise SchemaError(f"{where}.{field.name}: missing")
    return False


def _convert(hint: Any, value: JsonValue, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if hint is JsonValue:
        return value
    if origin is UnionType:
        return None if value is None else _convert(args[0], value, where)
    if origin is tuple:
        return tuple(_convert(args[0], item, f"{where}[{i}]") for i, item in enumerate(_list(value, where)))
    if origin is dict:
        return {key: _convert(args[1], item, f"{where}.{key}") for key, item in _object(value, where).items()}
    if is_dataclass(hint):
        return from_json(cast(type, hint), value, where)
    return _scalar(hint, value, where)


def _scalar(kind: type, value: JsonValue, where: str) -> Any:
    # type(), not isinstance(): JSON's true must not pass for the number 1.
    if kind is float and type(value) in (int, float):
        return _finite(value, where)
    if type(value) is not kind:
        raise SchemaError(f"{where}: expected {_NAMES[kind]}, got {_kind(value)}")
    return value


def _finite(value: JsonValue, where: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SchemaError(f"{where}: expected a finite number")
    return number


def _list(value: JsonValue, where: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise SchemaError(f"{where}: expected a list, got {_kind(value)}")
    return value


def _object(value: JsonValue, where: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise SchemaError(f"{where}: expected an object, got {_kind(value)}")
    return value


def _kind(value: JsonValue) -> str:
    return _NAMES.get(type(value), type(value).__name__)
