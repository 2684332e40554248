"""Schemas of merge patches: of any model."""

from typing import Annotated, Any

from jsonschema import Draft202012Validator
from pydantic import Field, StringConstraints

from services.common.http.patches import COMPONENTS, patch_schemas
from services.common.schemas import StrictModel


class NodeWrite(StrictModel):
    """A node, with another one in it."""

    name: str | None
    size: int = Field(1, description="How big.", examples=[2])
    inner: "NodeWrite | None" = None
    words: Annotated[dict[Annotated[str, StringConstraints(pattern="^[a-z]+$")], int], Field(min_length=1)]
    others: list["NodeWrite"] = Field(default_factory=list)


SCHEMAS = patch_schemas(NodeWrite)
[MEMBERS] = [schema["properties"] for schema in SCHEMAS.values()]


def fits(body: object, schemas: dict[str, Any] = SCHEMAS) -> bool:
    models = {"NodeWrite": NodeWrite.model_json_schema(ref_template=COMPONENTS + "{model}")["$defs"]["NodeWrite"]}
    whole = {**schemas["NodePatch"], "components": {"schemas": schemas | models}}
    return Draft202012Validator(whole).is_valid(body)


def test_every_member_may_be_left_out() -> None:
    assert fits({})
    assert not fits({"more": 1})
    assert not fits([])


def test_null_is_for_what_the_model_can_be_without() -> None:
    assert fits({"size": None, "inner": None, "others": None})
    assert not fits({"words": None})
    assert not fits({"name": None}), "taking it away leaves it out, and the model has to be told that it is null"
    assert not fits({"size": None}, patch_schemas(NodeWrite, ["size"]))


def test_objects_are_patches_again_and_what_is_in_lists_is_not() -> None:
    assert fits({"inner": {"inner": {"size": None}}})
    assert not fits({"inner": {"inner": {"name": None}}})
    assert fits({"words": {"a": None, "b": 1}})
    assert fits({"words": {}})
    assert not fits({"others": [{}]})
    assert fits({"others": [{"name": None, "words": {"a": 1}}]})


def test_what_is_said_of_a_member_stays_but_for_its_default() -> None:
    assert MEMBERS["size"] == {
        "anyOf": [{"type": "integer"}, {"type": "null"}],
        "title": "Size",
        "description": "How big.",
        "examples": [2],
    }
    assert "'default'" not in str(SCHEMAS)
