"""What clients were written by goes on being true: no document breaks with the last released one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.contract.common.breaking import breaking_changes

OPENAPI = ROOT / "openapi"
RELEASED = OPENAPI / "released"
SERVICES = ("catalog", "matching", "search", "webhooks")

Document = dict[str, Any]
Change = Callable[[Document], object]

LIST = "/catalog/v1/territories"
PARTNERS = "/catalog/v1/partners"
KEY = "/catalog/v1/api-keys/{id}"


def read(path: Path) -> Document:
    document: Document = json.loads(path.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_was_released_is_broken(service: str) -> None:
    """When this fails, clients would: keep what was there, or mark it deprecated, release, and remove it later."""
    assert breaking_changes(read(RELEASED / f"{service}.json"), read(OPENAPI / f"{service}.json")) == []


def test_every_service_has_a_released_document() -> None:
    assert sorted(path.stem for path in RELEASED.glob("*.json")) == sorted(SERVICES)
    assert {path.stem for path in OPENAPI.glob("*.json")} == {*SERVICES, "letsfood"}  # which is the others together
    version = (RELEASED / "VERSION").read_text(encoding="utf-8").strip()
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8") or (
        f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    )


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def members(document: Document, name: str) -> Document:
    found: Document = schema(document, name)["properties"]
    return found


def operation(document: Document, path: str, method: str) -> Document:
    found: Document = document["paths"][path][method]
    return found


def parameter(document: Document, name: str, path: str = LIST) -> Document:
    parameters = operation(document, path, "get")["parameters"]
    found: Document = next(one for one in parameters if one["name"] == name)
    return found


def answer(document: Document, path: str = LIST, method: str = "get", status: str = "200") -> Document:
    found: Document = operation(document, path, method)["responses"][status]
    return found


def add_parameter(document: Document, *, required: bool) -> None:
    one = {"name": "more", "in": "query", "required": required, "schema": {"type": "string"}}
    operation(document, LIST, "get")["parameters"].append(one)


def reworded(document: Document, *pairs: str) -> None:
    """With other words everywhere: each former one is followed by the latter."""
    text = json.dumps(document)
    for former, latter in zip(pairs[::2], pairs[1::2], strict=True):
        assert former in text
        text = text.replace(former, latter)
    document.clear()
    document.update(json.loads(text))


def security_scheme(document: Document) -> Document:
    found: Document = document["components"]["securitySchemes"]["api_key"]
    return found


def event(document: Document) -> Document:
    found: Document = document["webhooks"]["initiative.updated"]["post"]
    return found


GET, CREATE = "GET /catalog/v1/territories", "POST /catalog/v1/partners"
READ, WRITE = "POST /catalog/v1/partners: 201 application/json", "POST /catalog/v1/partners: request application/json"
PATCH = "PATCH /catalog/v1/initiatives/{}: request application/merge-patch+json"

BREAKING: list[tuple[Change, str]] = [
    (lambda d: d["paths"].pop(LIST), f"{GET}: operation removed"),
    (lambda d: d["paths"][LIST].pop("get"), f"{GET}: operation removed"),
    (lambda d: operation(d, PARTNERS, "post")["responses"].pop("201"), f"{CREATE}: 201: success removed"),
    (
        lambda d: answer(d)["content"].pop("application/geo+json"),
        f"{GET}: 200 application/geo+json: media type removed",
    ),
    (lambda d: answer(d, PARTNERS, "post", "201")["headers"].pop("ETag"), f"{CREATE}: 201 ETag: header removed"),
    # answers
    (lambda d: members(d, "PartnerRead").pop("kind"), f"{READ}.kind: member removed"),
    (lambda d: members(d, "TerritoryRead").pop("kind"), f"{GET}: 200 application/json.items[].kind: member removed"),
    (lambda d: schema(d, "PartnerRead")["required"].remove("kind"), f"{READ}.kind: member is no longer always there"),
    (
        lambda d: members(d, "PartnerRead").update(kind={"type": "integer"}),
        f"{READ}.kind: type changed from string to integer",
    ),
    (
        lambda d: members(d, "PartnerRead").update(kind={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        f"{READ}.kind: type changed from string to null",
    ),
    (lambda d: members(d, "PartnerRead").update(kind={}), f"{READ}.kind: type changed from string to any"),
    (
        lambda d: members(d, "PartnerRead").update(version={"type": "number"}),
        f"{READ}.version: type changed from integer to number",
    ),
    (lambda d: members(d, "PartnerRead")["id"].pop("format"), f"{READ}.id: format changed"),
    (lambda d: members(d, "Contact").pop("email"), f"{READ}.contacts[].email: member removed"),
    (
        lambda d: members(d, "PartnerRead")["contacts"].pop("items"),
        f"{READ}.contacts[]: type changed from object to any",
    ),
    # parameters
    (lambda d: operation(d, LIST, "get")["parameters"].pop(0), f"{GET}: query country: parameter removed"),
    (lambda d: add_parameter(d, required=True), f"{GET}: query more: parameter became required"),
    (lambda d: parameter(d, "country").update(required=True), f"{GET}: query country: parameter became required"),
    (lambda d: parameter(d, "limit")["schema"].update(maximum=100), f"{GET}: query limit: maximum lowered"),
    (lambda d: parameter(d, "limit")["schema"].update(minimum=2), f"{GET}: query limit: minimum raised"),
    (lambda d: parameter(d, "limit")["schema"].update(default=50), f"{GET}: query limit: default changed"),
    (lambda d: parameter(d, "country")["schema"].update(maxItems=3), f"{GET}: query country: maxItems lowered"),
    (
        lambda d: parameter(d, "country")["schema"]["items"].update(pattern="^FR$"),
        f"{GET}: query country[]: pattern changed",
    ),
    (
        lambda d: parameter(d, "country")["schema"]["items"].update(enum=["FR", "MA"]),
        f"{GET}: query country[]: only listed values are taken now",
    ),
    (
        lambda d: parameter(d, "id", KEY)["schema"].update(type="integer"),
        "GET /catalog/v1/api-keys/{}: path 0: type changed from string to integer",
    ),
    (lambda d: parameter(d, "country").update(explode=False), f"{GET}: query country: style changed"),
    (lambda d: parameter(d, "country").update(style="pipeDelimited"), f"{GET}: query country: style changed"),
    # requests
    (
        lambda d: operation(d, "/catalog/v1/introspect", "post")["requestBody"]["content"].clear(),
        "POST /catalog/v1/introspect: request application/x-www-form-urlencoded: media type removed",
    ),
    (lambda d: operation(d, PARTNERS, "post").pop("requestBody"), f"{CREATE}: request: body removed"),
    (
        lambda d: operation(d, KEY, "delete").update(requestBody={"required": True, "content": {}}),
        "DELETE /catalog/v1/api-keys/{}: request: body became required",
    ),
    (lambda d: members(d, "PartnerWrite").pop("contacts"), f"{WRITE}.contacts: member removed"),
    (lambda d: schema(d, "PartnerWrite")["required"].append("status"), f"{WRITE}.status: member became required"),
    (lambda d: members(d, "PartnerWrite")["kind"]["enum"].remove("other"), f"{WRITE}.kind: value 'other' removed"),
    (lambda d: members(d, "PartnerWrite")["slug"].update(maxLength=50), f"{WRITE}.slug: maxLength lowered"),
    (lambda d: members(d, "PartnerWrite")["slug"].update(minLength=3), f"{WRITE}.slug: minLength raised"),
    (lambda d: members(d, "PartnerWrite")["slug"].update(format="uri"), f"{WRITE}.slug: format changed"),
    (
        lambda d: members(d, "PartnerWrite").update(slug={"type": "integer"}),
        f"{WRITE}.slug: type changed from string to integer",
    ),
    (
        lambda d: members(d, "KeyCreate")["partner"].update(anyOf=[{"type": "string"}]),
        "POST /catalog/v1/api-keys: request application/json.partner: type changed from null to string",
    ),
    # patches
    (lambda d: members(d, "InitiativePatch").pop("end_year"), f"{PATCH}.end_year: member removed"),
    (
        lambda d: members(d, "InitiativePatch")["end_year"]["anyOf"].remove({"type": "null"}),
        f"{PATCH}.end_year: type changed from null to integer",
    ),
    (
        lambda d: members(d, "InitiativePatch")["themes"]["items"].update(pattern="^[a-z]+$"),
        f"{PATCH}.themes[]: pattern changed",
    ),
    (lambda d: members(d, "CarrierPatch").pop("sector"), f"{PATCH}.carrier.sector: member removed"),
    (
        lambda d: members(d, "TextEntryPatch")["origin"]["enum"].remove("human"),
        f"{PATCH}.title[].origin: value 'human' removed",
    ),
    (lambda d: schema(d, "TextEntryPatch").update(required=["text"]), f"{PATCH}.title[].text: member became required"),
    # access
    (lambda d: operation(d, LIST, "get").update(security=[{"api_key": []}]), f"{GET}: security: a key is needed"),
    (lambda d: d.update(security=[{"api_key": []}]), f"{GET}: security: a key is needed"),
    (
        lambda d: operation(d, PARTNERS, "post")["security"][0]["api_key"].append("keys:manage"),
        f"{CREATE}: security: scope keys:manage is needed",
    ),
    (
        lambda d: operation(d, PARTNERS, "post").update(security=[{"other": []}]),
        f"{CREATE}: security: api_key removed",
    ),
    (lambda d: security_scheme(d).update(type="apiKey"), "security scheme api_key: type changed"),
    (lambda d: d.update(servers=[{"url": "/api"}]), "servers: / removed"),
]

POST_EVENT = "POST initiative.updated"

BREAKING_EVENTS: list[tuple[Change, str]] = [
    (lambda d: d["webhooks"].pop("initiative.updated"), f"{POST_EVENT}: event removed"),
    (lambda d: event(d)["parameters"].pop(0), f"{POST_EVENT}: header webhook-id: parameter removed"),
    (
        lambda d: event(d)["requestBody"]["content"].pop("application/cloudevents+json"),
        f"{POST_EVENT}: body application/cloudevents+json: media type removed",
    ),
    (
        lambda d: members(d, "CloudEvent").pop("time"),
        f"{POST_EVENT}: body application/cloudevents+json.time: member removed",
    ),
    (
        lambda d: members(d, "CloudEvent").update(specversion={"type": "string", "const": "2.0"}),
        f"{POST_EVENT}: body application/cloudevents+json.specversion: is no longer always '1.0'",
    ),
    (
        lambda d: members(d, "ThinEvent").pop("timestamp"),
        f"{POST_EVENT}: body application/json.timestamp: member removed",
    ),
    # of the alternatives thin and full
    (
        lambda d: event(d)["requestBody"]["content"]["application/json"]["schema"]["anyOf"].pop(1),
        f"{POST_EVENT}: body application/json.data.state: member removed",
    ),
    (
        lambda d: members(d, "FullEventData").pop("state"),
        f"{POST_EVENT}: body application/json.data.state: member removed",
    ),
    (
        lambda d: members(d, "FullEventData").update(state={"type": "string"}),
        f"{POST_EVENT}: body application/json.data.state: type changed from object to string",
    ),
]

TEXT, REFERENCE = {"type": "string"}, {"$ref": "#/components/schemas/Referred"}
ASKED, ANSWERED = "POST /: request application/json", "POST /: 200 application/json"

BREAKING_SCHEMAS: list[tuple[Document, Document, str]] = [
    # maps and lists of anything
    ({"additionalProperties": TEXT}, {}, f"{ANSWERED}[]: type changed from string to any"),
    (
        {"additionalProperties": TEXT},
        {"additionalProperties": True},
        f"{ANSWERED}[]: type changed from string to any",
    ),
    ({"additionalProperties": TEXT}, {"additionalProperties": False}, f"{ANSWERED}: other members removed"),
    ({"items": TEXT}, {}, f"{ANSWERED}[]: type changed from string to any"),
    ({"prefixItems": [TEXT, TEXT]}, {"prefixItems": [TEXT]}, f"{ANSWERED}[1]: type changed from string to any"),
    ({"patternProperties": {"^a": TEXT}}, {}, f"{ANSWERED}[]: type changed from string to any"),
    (
        {"patternProperties": {"^a": TEXT}},
        {"additionalProperties": False},
        f"{ANSWERED}: names of members changed",
    ),
    (
        {"patternProperties": {"^a": TEXT}},
        {"patternProperties": {"^[ab]": {"type": "integer"}}},
        f"{ANSWERED}[]: type changed from string to integer",
    ),
    ({}, {"additionalProperties": TEXT}, f"{ASKED}[]: type changed from any to string"),
    ({}, {"items": TEXT}, f"{ASKED}[]: type changed from any to string"),
    ({"items": True}, {"items": TEXT}, f"{ASKED}[]: type changed from any to string"),
    ({"prefixItems": [TEXT]}, {"prefixItems": [TEXT, TEXT]}, f"{ASKED}[1]: type changed from any to string"),
    # beside a reference that stands elsewhere too
    (
        {"properties": {"one": REFERENCE, "other": {**REFERENCE, "default": "a"}}},
        {"properties": {"one": REFERENCE, "other": {**REFERENCE, "default": "b"}}},
        f"{ASKED}.other: default changed",
    ),
    (
        {"properties": {"one": REFERENCE, "other": REFERENCE}},
        {"properties": {"one": REFERENCE, "other": {**REFERENCE, "pattern": "^a$"}}},
        f"{ASKED}.other: pattern changed",
    ),
]

ADDITIVE_SCHEMAS: list[tuple[str, Document, Document]] = [
    (ASKED, {"items": TEXT}, {}),
    (ASKED, {"additionalProperties": TEXT}, {"additionalProperties": True}),
    (ASKED, {"additionalProperties": False}, {"additionalProperties": TEXT}),
    (ASKED, {"prefixItems": [TEXT], "maxItems": 1}, {"prefixItems": [TEXT, TEXT], "maxItems": 2}),
    (ANSWERED, {}, {"items": TEXT}),
    (ANSWERED, {"additionalProperties": True}, {"additionalProperties": TEXT}),
    (ANSWERED, {"patternProperties": {"^a": TEXT}}, {"patternProperties": {"^[ab]": TEXT}}),
    (ANSWERED, {"anyOf": [{"type": "object"}, {"type": "null"}]}, {"type": "object"}),
    (ANSWERED, {"items": {}}, {"items": {"$ref": "#/components/schemas/Lists"}}),  # which never end
]

ADDITIVE: list[Change] = [
    lambda d: d["servers"].append({"url": "https://mirror.example/"}),
    lambda d: security_scheme(d).update(description="In other words."),
    lambda d: d["components"]["securitySchemes"].update(other={"type": "http", "scheme": "basic"}),
    lambda d: parameter(d, "country").update(style="form", explode=True),
    lambda d: d["paths"].update({"/catalog/v1/more": {"get": {"responses": {}}}}),
    lambda d: d["paths"][LIST].update(put={"responses": {}}),
    lambda d: add_parameter(d, required=False),
    lambda d: members(d, "PartnerRead").update(more={"type": "string"}),
    lambda d: (members(d, "PartnerRead").update(more={}), schema(d, "PartnerRead")["required"].append("more")),
    lambda d: members(d, "PartnerWrite").update(more={"type": "string"}),
    lambda d: members(d, "PartnerWrite")["kind"]["enum"].append("company"),
    lambda d: members(d, "PartnerWrite")["kind"].pop("enum"),
    lambda d: members(d, "PartnerWrite")["slug"].update(maxLength=200),
    lambda d: members(d, "PartnerWrite")["slug"].pop("pattern"),
    lambda d: members(d, "PartnerWrite")["slug"].update(minLength=0),
    lambda d: members(d, "PartnerWrite").update(name={"anyOf": [members(d, "PartnerWrite")["name"], {"type": "null"}]}),
    lambda d: members(d, "InitiativePatch").update(more={"type": "string"}),
    lambda d: members(d, "PartnerPatch").update(kind={"anyOf": [members(d, "PartnerPatch")["kind"], {"type": "null"}]}),
    lambda d: schema(d, "PartnerWrite")["required"].remove("kind"),
    lambda d: schema(d, "PartnerWrite").pop("additionalProperties"),
    lambda d: parameter(d, "limit")["schema"].update(maximum=20_000, type="number"),
    lambda d: parameter(d, "cursor").update(description="In other words."),
    lambda d: answer(d)["content"].update({"text/csv": {"schema": {"type": "string"}}}),
    lambda d: answer(d)["headers"].update(Deprecation={"schema": {"type": "string"}}),
    lambda d: operation(d, LIST, "get")["responses"].pop("404", None),
    lambda d: operation(d, LIST, "get").update(operationId="another", summary="Another", tags=[]),
    lambda d: operation(d, PARTNERS, "post")["security"].append({}),
    lambda d: reworded(d, "{id}", "{key}", '"name": "id"', '"name": "key"'),
    lambda d: reworded(d, "PartnerRead", "PartnerSeen"),
]


def changed(service: str, change: Change) -> list[str]:
    document = read(OPENAPI / f"{service}.json")
    change(document)
    return breaking_changes(read(OPENAPI / f"{service}.json"), document)


@pytest.mark.parametrize(("change", "found"), BREAKING, ids=[found for _, found in BREAKING])
def test_what_breaks_clients_is_found(change: Change, found: str) -> None:
    assert found in changed("catalog", change)


@pytest.mark.parametrize(("change", "found"), BREAKING_EVENTS, ids=[found for _, found in BREAKING_EVENTS])
def test_what_breaks_receivers_of_events_is_found(change: Change, found: str) -> None:
    assert found in changed("webhooks", change)


def compared(place: str, old: Document, new: Document) -> list[str]:
    """What is found when the one schema, of a request or of an answer, becomes the other."""

    def document(one: Document) -> Document:
        body = {"content": {"application/json": {"schema": one}}}
        operation = {"requestBody": body} if place == ASKED else {"responses": {"200": body}}
        lists = {"type": "array", "items": {"$ref": "#/components/schemas/Lists"}}
        return {"paths": {"/": {"post": operation}}, "components": {"schemas": {"Referred": TEXT, "Lists": lists}}}

    return breaking_changes(document(old), document(new))


@pytest.mark.parametrize(("old", "new", "found"), BREAKING_SCHEMAS)
def test_what_breaks_in_a_schema_is_found(old: Document, new: Document, found: str) -> None:
    assert compared(ASKED if found.startswith(ASKED) else ANSWERED, old, new) == [found]


@pytest.mark.parametrize(("place", "old", "new"), ADDITIVE_SCHEMAS)
def test_what_a_schema_gains_breaks_nobody(place: str, old: Document, new: Document) -> None:
    assert compared(place, old, new) == []


@pytest.mark.parametrize("name", [*SERVICES, "letsfood"])
def test_a_document_does_not_break_with_itself(name: str) -> None:
    assert breaking_changes(read(OPENAPI / f"{name}.json"), read(OPENAPI / f"{name}.json")) == []


@pytest.mark.parametrize("change", ADDITIVE)
def test_what_breaks_nobody_is_not(change: Change) -> None:
    assert changed("catalog", change) == []


def test_enumerations_of_answers_are_open() -> None:
    def grown(document: Document) -> None:
        members(document, "SearchStatus")["engine"]["enum"].append("another")

    assert changed("search", grown) == []


def test_what_was_deprecated_in_a_release_may_go() -> None:
    released, current = read(OPENAPI / "catalog.json"), read(OPENAPI / "catalog.json")
    for deprecated in (
        operation(released, LIST, "post"),
        parameter(released, "country"),
        members(released, "Contact")["email"],
    ):
        deprecated["deprecated"] = True
    current["paths"][LIST].pop("post")
    operation(current, LIST, "get")["parameters"].pop(0)
    members(current, "Contact").pop("email")
    assert breaking_changes(released, current) == []


def test_a_schema_within_itself_is_compared_once() -> None:
    def tree(**more: Any) -> Document:  # noqa: ANN401 - any JSON value
        node = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Node"}, **more}}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}
        return {
            "paths": {"/": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": {"Node": node}},
        }

    assert breaking_changes(tree(name={"type": "string"}), tree()) == [
        "GET /: 200 application/json.name: member removed"
    ]
    assert breaking_changes(tree(), tree(name={"type": "string"})) == []
