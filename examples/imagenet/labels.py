"""Labels of the 1000 ImageNet classes."""

import collections
import json

from examples.imagenet.errors import ExampleError


def class_names(synonyms: bytes, curated: bytes) -> list[str]:
    """Return a unique label for each class.

    It is the first of these that no other class has: the first synonym, all synonyms, the curated name.
    `synonyms` is JSON ``{"0": "tench, Tinca tinca", …}``, `curated` is JSON ``["tench", …]``. Raises
    ExampleError if a class has no unique name.
    """
    rows = json.loads(synonyms)
    synonym_lists = [rows[str(index)] for index in range(len(rows))]
    choices = ([names.split(", ")[0] for names in synonym_lists], synonym_lists, json.loads(curated))
    counts = [collections.Counter(names) for names in choices]
    return [_unique_name(names, counts, index) for index, names in enumerate(zip(*choices, strict=True))]


def _unique_name(names: tuple[str, ...], counts: list[collections.Counter[str]], index: int) -> str:
    for name, count in zip(names, counts, strict=True):
        if count[name] == 1:
            return name
    raise ExampleError(f"class {index}: {names[0]} is also the name of another class")
