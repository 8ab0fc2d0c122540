"""Image references: parsing, parts, and JSON."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from seatrial.image_reference import ImageReference, digest_of_reference

DIGEST = "sha256:" + "0123456789abcdef" * 4
VALID = {
    f"registry.test/classifier@{DIGEST}": ImageReference("registry.test", "classifier", DIGEST),
    "registry.test/classifier:1.0": ImageReference("registry.test", "classifier", tag="1.0"),
    f"registry.test/classifier:v1@{DIGEST}": ImageReference("registry.test", "classifier", DIGEST, "v1"),
    f"127.0.0.1:5000/classifier@{DIGEST}": ImageReference("127.0.0.1:5000", "classifier", DIGEST),
    f"[::1]:5000/classifier@{DIGEST}": ImageReference("[::1]:5000", "classifier", DIGEST),
    f"localhost:5000/team/app/classifier@{DIGEST}": ImageReference(
        "localhost:5000", "team/app/classifier", DIGEST
    ),
    "registry.test/a-b__c.d--e/f_g:A_b.c-d": ImageReference(
        "registry.test", "a-b__c.d--e/f_g", tag="A_b.c-d"
    ),
    f"registry.test/c:{'t' * 128}": ImageReference("registry.test", "c", tag="t" * 128),
}
MALFORMED = {
    "empty": "",
    "no registry": f"classifier@{DIGEST}",
    "no registry, with a tag": "classifier:latest",
    "no tag and no digest": "registry.test/classifier",
    "empty registry": f"/classifier@{DIGEST}",
    "empty port": f"registry.test:/classifier@{DIGEST}",
    "port that is not a number": f"registry.test:port/classifier@{DIGEST}",
    "URL": f"https://registry.test/classifier@{DIGEST}",
    "user in the registry": f"user@registry.test/classifier@{DIGEST}",
    "empty repository": f"registry.test/@{DIGEST}",
    "empty component": f"registry.test/a//b@{DIGEST}",
    "trailing slash": f"registry.test/a/@{DIGEST}",
    "parent directory": f"registry.test/../a@{DIGEST}",
    "upper case repository": f"registry.test/Classifier@{DIGEST}",
    "space": f"registry.test/a b@{DIGEST}",
    "leading space": f" registry.test/a@{DIGEST}",
    "trailing newline": f"registry.test/a@{DIGEST}\n",
    "newline in the repository": f"registry.test/a\n@{DIGEST}",
    "query": f"registry.test/a?b=c@{DIGEST}",
    "empty tag": f"registry.test/a:@{DIGEST}",
    "two tags": "registry.test/a:b:c",
    "tag that begins with a dot": "registry.test/a:.b",
    "tag that begins with a hyphen": "registry.test/a:-b",
    "tag that is too long": f"registry.test/a:{'t' * 129}",
    "tag that is not ASCII": "registry.test/a:größe",
    "empty digest": "registry.test/a@",
    "digest without an algorithm": f"registry.test/a@{DIGEST.removeprefix('sha256:')}",
    "another algorithm": f"registry.test/a@sha512:{DIGEST.removeprefix('sha256:')}",
    "short digest": f"registry.test/a@{DIGEST[:-1]}",
    "long digest": f"registry.test/a@{DIGEST}0",
    "upper case digest": f"registry.test/a@{DIGEST.replace('abcdef', 'ABCDEF')}",
    "two digests": f"registry.test/a@{DIGEST}@{DIGEST}",
    "bare digest": DIGEST,
}


class Document(BaseModel):
    """A document with a reference."""

    image: ImageReference


@pytest.mark.parametrize("text", VALID)
def test_a_reference_is_parsed_into_its_parts(text: str) -> None:
    """A reference has a registry, a repository, and a tag or a digest; its text is the one parsed."""
    assert ImageReference.parse(text) == VALID[text]
    assert str(ImageReference.parse(text)) == text


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_reference_is_an_error(text: str) -> None:
    """The error contains the text, with special characters escaped."""
    with pytest.raises(ValueError, match="is not an image reference") as caught:
        ImageReference.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", VALID)
def test_a_reference_is_a_string_in_json(text: str) -> None:
    """A pydantic model with a reference is written with its text and read back as the same value."""
    document = Document(image=ImageReference.parse(text))
    assert document.model_dump_json() == f'{{"image":"{text}"}}'
    assert document.model_dump(mode="json") == {"image": text}
    assert document.model_dump() == {"image": document.image}
    assert Document.model_validate_json(document.model_dump_json()) == document
    assert Document.model_validate({"image": text}) == document


@pytest.mark.parametrize("value", ["classifier", 3, None, {"registry": "r"}], ids=str)
def test_a_malformed_reference_in_json_is_a_validation_error(value: object) -> None:
    """The error names the field, so that a result or a record is refused with it."""
    with pytest.raises(ValidationError) as caught:
        Document.model_validate({"image": value})
    assert caught.value.errors()[0]["loc"][0] == "image"
    with pytest.raises(ValidationError):
        Document.model_validate_json(TypeAdapter(object).dump_json({"image": value}))


def test_the_name_is_without_tag_and_digest() -> None:
    """The name is what manifests set beside a digest."""
    assert ImageReference.parse(f"registry.test:5000/a/b:v1@{DIGEST}").name == "registry.test:5000/a/b"


def test_the_same_image_in_another_repository() -> None:
    """`at` keeps tag and digest, and does not change the reference itself."""
    reference = ImageReference.parse(f"registry.test/a:v1@{DIGEST}")
    assert str(reference.at("other.test:443", "b/c")) == f"other.test:443/b/c:v1@{DIGEST}"
    assert str(reference) == f"registry.test/a:v1@{DIGEST}"


def test_references_are_equal_by_value() -> None:
    """Two references with the same parts are equal and have the same hash; another tag is another one."""
    text = f"registry.test/a@{DIGEST}"
    assert len({ImageReference.parse(text), ImageReference.parse(text)}) == 1
    assert ImageReference.parse(text) != ImageReference.parse(f"registry.test/a:v1@{DIGEST}")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (DIGEST, DIGEST),
        (f"registry.test/a@{DIGEST}", DIGEST),
        (f"registry.test/a:v1@{DIGEST}", DIGEST),
        ("registry.test/a:v1", ""),
        ("", ""),
        (DIGEST[:-1], ""),
        (f"registry.test/a@{DIGEST}\n", ""),
        (DIGEST.upper(), ""),
    ],
)
def test_the_digest_of_a_reference_or_a_bare_digest(text: str, digest: str) -> None:
    """Users may give either; a text without a valid digest has none."""
    assert digest_of_reference(text) == digest
