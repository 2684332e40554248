"""Problem types and their sentences: in French, English and Arabic, each explained on a page."""

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import services
from services.common import etags, problems
from services.common.feed import position
from services.common.http import errors
from services.common.http.pages import problem_pages
from services.common.http.parameters import repeated_parameters, unknown_parameters
from services.common.problems import MOVED, PROBLEM_TYPES, FieldError, Problem, ProblemType

LANGUAGES = {"fr", "en", "ar"}
ARABIC = re.compile(r"[\u0600-\u06ff]")


def raised(action: object, *arguments: object) -> Problem:
    assert callable(action)
    with pytest.raises(Problem) as caught:
        action(*arguments)
    return caught.value


def modules() -> Iterator[object]:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if ".migrations" not in module.name:
            yield importlib.import_module(module.name)


def _strings(node: ast.expr) -> dict[str, str] | None:
    """A dictionary of plain strings as it is written in the source; None for any other expression."""
    if not isinstance(node, ast.Dict) or not node.keys:
        return None
    if not all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in [*node.keys, *node.values]):
        return None
    written: dict[str, str] = ast.literal_eval(node)
    return written


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for folder in services.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def messages() -> dict[str, dict[str, str]]:
    """Every sentence per language in the source, by where it stands; schemas hold examples of texts."""
    return {
        f"{path}:{node.lineno}": written
        for path, tree in sources()
        if path.name != "schemas.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict) and (written := _strings(node)) is not None
        if written.keys() & {"fr", "ar"} and " " in written.get("en", "")
    }


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", PROBLEM_TYPES.values(), ids=PROBLEM_TYPES.keys())
def test_a_problem_type_has_a_title_in_each_language(kind: ProblemType) -> None:
    assert kind.title.keys() == LANGUAGES
    assert len(set(kind.title.values())) == 3
    assert ARABIC.search(kind.title["ar"])
    assert not ARABIC.search(kind.title["fr"] + kind.title["en"])
    assert 400 <= kind.status < 600 or kind is MOVED, "which leads on to where the record is"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.slug)


def test_every_type_that_a_module_names_is_documented() -> None:
    named = {value.slug for module in modules() for value in vars(module).values() if isinstance(value, ProblemType)}
    assert named == set(PROBLEM_TYPES)
    assert {kind.status for kind in errors.BY_STATUS.values()} == set(errors.BY_STATUS)


def test_every_sentence_stands_in_each_language_with_the_same_places() -> None:
    found = messages()
    assert len(found) >= 20
    for where, message in found.items():
        assert message.keys() == LANGUAGES, where
        assert ARABIC.search(message["ar"]), where
        assert places(message["fr"]) == places(message["en"]) == places(message["ar"]), where


def test_whoever_raises_a_problem_fills_every_place_of_its_sentence() -> None:
    checked = 0
    for path, tree in sources():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Problem"):
                continue
            message = _strings(call.args[1]) if len(call.args) > 1 else None
            if message is None:
                continue
            given = call.args[2] if len(call.args) > 2 else ast.Dict([], [])
            assert isinstance(given, ast.Dict), f"{path}:{call.lineno}"
            names = {key.value for key in given.keys if isinstance(key, ast.Constant)}
            assert places(message["en"]) == names, f"{path}:{call.lineno}"
            checked += 1
    assert checked >= 15


@pytest.mark.parametrize(
    "problem",
    [
        problems.not_found("a{b}c"),
        problems.invalid([FieldError(pointer="/a", detail="b", code="c")]),
        problems.bad_parameter("bbox", "{west}", "bbox"),
        problems.unknown_code("theme", "{0}", ["a", "b"]),
        position.cursor_gone("/catalog/v1/snapshot"),
        unknown_parameters(["x{y}"], []),
        repeated_parameters(["limit", "x{y}"]),
        raised(etags.require_match, None, 1),
        raised(etags.require_match, '"9-ab"', 1),
        raised(position.parse_cursor, "x"),
    ],
    ids=lambda problem: problem.kind.slug,
)
def test_a_sentence_takes_its_parameters_in_each_language(problem: Problem) -> None:
    assert problem.detail.keys() == LANGUAGES
    sentences = {lang: problem.sentence(lang) for lang in LANGUAGES}
    assert len(set(sentences.values())) == 3
    assert ARABIC.search(sentences["ar"])
    for value in problem.parameters.values():
        assert all(str(value) in sentence for sentence in sentences.values())
    assert str(problem) == sentences["en"]


class Sections(HTMLParser):
    """The language, direction and text of each section of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            attributes = dict(attrs)
            self._lang = attributes["lang"] or ""
            self.found[self._lang] = (attributes["dir"] or "", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._lang = ""

    def handle_data(self, data: str) -> None:
        if self._lang:
            direction, text = self.found[self._lang]
            self.found[self._lang] = (direction, text + data)


async def page_of(slug: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(problem_pages)
    errors.install_error_handlers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(f"/problems/{slug}")


@pytest.mark.parametrize("kind", PROBLEM_TYPES.values(), ids=PROBLEM_TYPES.keys())
async def test_a_problem_type_is_explained_on_a_page_in_each_language(kind: ProblemType) -> None:
    answer = await page_of(kind.slug)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = Sections()
    page.feed(answer.text)
    assert {lang: direction for lang, (direction, _) in page.found.items()} == {"fr": "ltr", "en": "ltr", "ar": "rtl"}
    for lang, (_, text) in page.found.items():
        assert kind.title[lang] in text
        assert str(kind.status) in text


async def test_an_unknown_problem_type_has_no_page() -> None:
    answer = await page_of("no-such-problem")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
