"""The names of ImageNet's thousand classes, one each."""

import collections
import json

from examples.imagenet.errors import ExampleError


def class_names(synonyms: bytes, curated: bytes) -> list[str]:
    """Return one name for each class: the first of its synonyms, all of them, or the curated name.

    The shortest of these that no other class has. `synonyms` is JSON ``{"0": "tench, Tinca tinca", …}``,
    `curated` is JSON ``["tench", …]``. ExampleError: a class has no name of its own.
    """
    rows = json.loads(synonyms)
    whole = [rows[str(index)] for index in range(len(rows))]
    choices = ([names.split(", ")[0] for names in whole], whole, json.loads(curated))
    counts = [collections.Counter(names) for names in choices]
    return [_own(names, counts, index) for index, names in enumerate(zip(*choices, strict=True))]


def _own(names: tuple[str, ...], counts: list[collections.Counter[str]], index: int) -> str:
    for name, count in zip(names, counts, strict=True):
        if count[name] == 1:
            return name
    raise ExampleError(f"class {index}: {names[0]} is the name of another class too")
