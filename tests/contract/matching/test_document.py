"""What the OpenAPI page of matching promises."""

from typing import Any

import pytest
from fastapi import FastAPI

from services.matching.app import create_app
from services.matching.domain.criteria import Criterion
from services.matching.domain.crosswalk import Relation
from services.matching.domain.explanation import BROUGHT_INITIATIVES, Fact
from services.matching.domain.ranking import RULES_VERSION
from services.matching.matches.examples import MATCHES_OF_MONTPELLIER
from services.matching.matches.schemas import BroughtRead, CriterionRead, MatchesRead, MissingRead
from services.matching.settings import MatchingSettings

MATCHES = "/matching/v1/territories/{ref}/matches"


@pytest.fixture
def app() -> FastAPI:
    """The app, made and not entered: it connects to nothing."""
    return create_app(MatchingSettings(database_url="postgresql://nowhere/matching"))


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """FastAPI leaves nulls out of the examples in its document."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def test_the_example_is_an_answer_of_this_version() -> None:
    example = MatchesRead.model_validate(MATCHES_OF_MONTPELLIER)
    assert example.rules_version == RULES_VERSION
    assert {part.criterion for part in example.items[0].criteria} == set(Criterion)


def test_every_operation_names_its_errors_and_explains_itself(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert {MATCHES, "/matching/v1/status"} <= paths.keys()
    operation = paths[MATCHES]["get"]
    assert {"200", "400", "404", "503"} <= operation["responses"].keys()
    assert "montpellier" in operation["description"]
    assert "grenoble" in operation["description"]
    example = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert without_nulls(example) == without_nulls(MATCHES_OF_MONTPELLIER)
    assert {parameter["name"] for parameter in operation["parameters"]} == {"ref", "limit", "country", "theme", "lang"}


def test_every_code_of_an_answer_is_explained() -> None:
    def explained(model: type[CriterionRead | MissingRead], field: str) -> str:
        return model.model_fields[field].description or ""

    assert all(f"`{criterion}`" in explained(CriterionRead, "criterion") for criterion in Criterion)
    assert all(f"`{fact}`" in explained(MissingRead, "fact") for fact in Fact)
    answers = BroughtRead.model_json_schema()["$defs"]["AnsweredRead"]["properties"]["relation"]["description"]
    assert all(f"`{relation}`" in answers for relation in Relation)


def test_the_number_of_initiatives_shown_is_the_one_that_is_promised() -> None:
    promised = MatchesRead.model_json_schema()["$defs"]["MatchRead"]["properties"]["brings_to_seeker"]["description"]
    assert f"at most {BROUGHT_INITIATIVES};" in promised
