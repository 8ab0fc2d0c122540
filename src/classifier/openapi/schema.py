"""JSON Schema of the types of request and response bodies."""

from __future__ import annotations

import inspect
import types
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]
SCALARS: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


class Keywords:
    """Keywords of JSON Schema in an annotation: `Annotated[float, Keywords(minimum=0)]`."""

    def __init__(self, **keywords: object) -> None:
        self.keywords = keywords


class Schemas:
    """The schemas of the types that were asked for; each TypedDict is a named one in `components`."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """Return the schema of a type, or a copy of `kind` if that is a JSON Schema already.

        A type is a scalar, None, a list, a dict with string keys, a tuple of fixed length, a Literal, a
        union, a TypedDict, or one of these in Annotated with Keywords. Raises TypeError for another one.
        """
        if isinstance(kind, dict):
            return dict(kind)
        if is_typeddict(kind):
            return self._named(kind)
        if kind in SCALARS:
            return {"type": SCALARS[kind]}
        if kind is Any or kind is object:
            return {}
        return self._generic(get_origin(kind), get_args(kind), kind)

    def _generic(self, origin: Any, given: tuple[Any, ...], kind: Any) -> Schema:
        if origin in (Required, NotRequired):
            return self.of(given[0])
        if origin is Annotated:
            added = [each.keywords for each in given[1:] if isinstance(each, Keywords)]
            return {**self.of(given[0]), **{name: value for each in added for name, value in each.items()}}
        if origin is list:
            return {"type": "array", "items": self.of(given[0])}
        if origin is dict and given[0] is str:
            return {"type": "object", "additionalProperties": self.of(given[1])}
        if origin is tuple and Ellipsis not in given:
            return self._tuple(given)
        if origin is Literal:
            return {"enum": list(given)}
        if origin in (Union, types.UnionType):
            return self._union([self.of(each) for each in given])
        raise TypeError(f"no JSON Schema for {kind!r}")

    def _tuple(self, given: tuple[Any, ...]) -> Schema:
        size = len(given)
        items = [self.of(each) for each in given]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": size, "maxItems": size}

    def _union(self, schemas: list[Schema]) -> Schema:
        if all(set(each) == {"type"} for each in schemas):
            return {"type": [each["type"] for each in schemas]}
        return {"anyOf": schemas}

    def _named(self, kind: Any) -> Schema:
        if kind.__name__ not in self.components:
            self.components[kind.__name__] = {}
            hints = get_type_hints(kind, include_extras=True)
            self.components[kind.__name__] = {
                "type": "object",
                "description": inspect.getdoc(kind),
                "properties": {name: self.of(each) for name, each in hints.items()},
                "required": [name for name, each in hints.items() if get_origin(each) is not NotRequired],
            }
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
