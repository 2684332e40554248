"""What holds over several records: the API names what breaks it, the database refuses it whoever writes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.contract.common.new_records import new_record
from tests.integration.catalog.partners import ANY, PATCH, Headers, make

V1 = "/catalog/v1"


@pytest.fixture
async def database(catalog_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection past the application, to the same database."""
    connection = await asyncpg.connect(catalog_database)
    yield connection
    await connection.close()


async def change(catalog: httpx.AsyncClient, address: str, body: dict[str, Any], headers: Headers) -> httpx.Response:
    return await catalog.patch(f"{V1}/{address}", json=body, headers=headers | PATCH | ANY)


def refused(answer: httpx.Response, pointer: str, code: str) -> None:
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code), answer.text


ONE = {"parties": [{"territory": "fes"}]}
THREE = {"parties": [{"territory": slug} for slug in ("fes", "lyon", "sefrou")]}


@pytest.mark.parametrize(
    ("stage", "alone"),
    [
        (None, True),
        ("idea", True),
        ("under_study", True),
        ("agreed", False),
        ("ongoing", False),
        ("suspended", False),
        ("completed", False),
    ],
)
async def test_a_cooperation_has_two_parties_from_its_agreement_on(
    catalog: httpx.AsyncClient, as_admin: Headers, stage: str | None, alone: bool
) -> None:
    body = new_record("cooperation", 1, stage=stage)
    answer = await catalog.post(f"{V1}/cooperations", json=body | ONE, headers=as_admin)
    if alone:
        assert answer.status_code == 201, answer.text
        assert len(answer.json()["parties"]) == 1
    else:
        refused(answer, "/parties", "one_party")
        assert (await catalog.get(f"{V1}/cooperations/{body['slug']}")).status_code == 404
        made = await catalog.post(f"{V1}/cooperations", json=body, headers=as_admin)
        assert made.status_code == 201, made.text
        refused(await change(catalog, f"cooperations/{body['slug']}", ONE, as_admin), "/parties", "one_party")
        assert (await catalog.get(f"{V1}/cooperations/{body['slug']}")).json()["version"] == 1


async def test_a_cooperation_alone_is_agreed_on_only_with_another(
    catalog: httpx.AsyncClient, as_admin: Headers, database: asyncpg.Connection
) -> None:
    made = await make(catalog, "cooperations", new_record("cooperation", 1) | ONE | {"stage": "idea"}, as_admin)
    address = f"cooperations/{made['slug']}"
    refused(await change(catalog, address, {"stage": "agreed"}, as_admin), "/parties", "one_party")
    with pytest.raises(asyncpg.CheckViolationError, match="two parties"):
        await database.execute("update cooperation set stage = 'agreed' where slug = $1", made["slug"])
    both = {"stage": "agreed", "parties": [{"territory": "fes"}, {"territory": "lyon"}]}
    assert (await change(catalog, address, both, as_admin)).status_code == 200
    for statement in (
        "delete from cooperation_party where cooperation_id = $1 and position = 1",
        "delete from cooperation_party where cooperation_id = $1",
        "update cooperation_party set cooperation_id = (select id from cooperation where slug = 'paris-tehran')"
        " where cooperation_id = $1 and position = 1",
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="two parties"):
            await database.execute(statement, UUID(made["id"]))
    async with database.transaction():  # what holds in the end is what counts
        await database.execute("delete from cooperation_party where cooperation_id = $1", UUID(made["id"]))
        await database.execute("update cooperation set stage = 'idea' where id = $1", UUID(made["id"]))
        await database.execute(
            "insert into cooperation_party (cooperation_id, territory_id, position)"
            " select $1, id, 0 from territory where slug = 'fes'",
            UUID(made["id"]),
        )


async def test_of_two_who_each_take_a_party_away_one_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    made = await make(catalog, "cooperations", new_record("cooperation", 1, stage="ongoing") | THREE, as_admin)
    connections = [await asyncpg.connect(catalog_database) for _ in range(2)]
    begun = asyncio.Barrier(2)

    async def take(connection: asyncpg.Connection, positions: list[int]) -> None:
        async with connection.transaction():
            delete = "delete from cooperation_party where cooperation_id = $1 and position = any($2)"
            await connection.execute(delete, UUID(made["id"]), positions)
            await begun.wait()  # neither sees what the other has taken away

    takes = (take(connections[0], [0]), take(connections[1], [1]))
    outcomes = await asyncio.gather(*takes, return_exceptions=True)
    left = "select count(*) from cooperation_party where cooperation_id = $1"
    assert await connections[0].fetchval(left, UUID(made["id"])) == 2
    for connection in connections:
        await connection.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CheckViolationError", "NoneType"]


async def lineage(catalog: httpx.AsyncClient, as_admin: Headers, count: int) -> list[str]:
    """Initiatives each of which was inspired by the one before."""
    slugs: list[str] = []
    for number in range(count):
        body = new_record("initiative", number, inspired_by=slugs[-1:])
        slugs.append((await make(catalog, "initiatives", body, as_admin))["slug"])
    return slugs


async def test_no_initiative_descends_from_itself(
    catalog: httpx.AsyncClient, as_admin: Headers, database: asyncpg.Connection
) -> None:
    slugs = await lineage(catalog, as_admin, 4)
    for member in ("inspired_by", "adapted_from"):
        for slug in (slugs[0], slugs[1], slugs[3]):
            answer = await change(catalog, f"initiatives/{slugs[0]}", {member: [slug]}, as_admin)
            refused(answer, "/inspired_by", "lineage_cycle")
    with pytest.raises(asyncpg.CheckViolationError, match="descend from itself"):
        await database.execute(
            "insert into record_link (source_id, relation, target_id) select a.id, 'adapted_from', b.id"
            " from record a, record b where a.slug = $1 and b.slug = $2",
            slugs[0],
            slugs[3],
        )
    assert (
        await change(catalog, f"initiatives/{slugs[0]}", {"inspired_by": ["tav-lyon"]}, as_admin)
    ).status_code == 200
    assert (await change(catalog, f"initiatives/{slugs[3]}", {"inspired_by": slugs[:1]}, as_admin)).status_code == 200


async def test_of_two_who_close_a_circle_at_once_one_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, database: asyncpg.Connection
) -> None:
    for turn in range(5):
        one, other = [
            (await make(catalog, "initiatives", new_record("initiative", number), as_admin))["slug"]
            for number in (10 * turn, 10 * turn + 1)
        ]
        answers = await asyncio.gather(
            change(catalog, f"initiatives/{one}", {"inspired_by": [other]}, as_admin),
            change(catalog, f"initiatives/{other}", {"inspired_by": [one]}, as_admin),
        )
        # Each holds its own record and wants to name the other's: the one of the two that gives way is told to come
        # again, and then why it may not.
        assert min(answer.status_code for answer in answers) == 200, [answer.text for answer in answers]
        [(slug, target, loser)] = [
            (slug, target, answer)
            for slug, target, answer in zip((one, other), (other, one), answers, strict=True)
            if answer.status_code != 200
        ]
        if loser.status_code == 503:
            assert loser.headers["Retry-After"]
            loser = await change(catalog, f"initiatives/{slug}", {"inspired_by": [target]}, as_admin)
        refused(loser, "/inspired_by", "lineage_cycle")
        links = "select count(*) from record_link l join record r on r.id = l.source_id where r.slug = any($1)"
        assert await database.fetchval(f"{links} and l.relation = 'inspired_by'", [one, other]) == 1


async def test_of_two_who_close_a_circle_past_the_application_one_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    one, other = [
        UUID((await make(catalog, "initiatives", new_record("initiative", number), as_admin))["id"])
        for number in (1, 2)
    ]
    connections = [await asyncpg.connect(catalog_database) for _ in range(2)]
    insert = "insert into record_link (source_id, relation, target_id) values ($1, 'inspired_by', $2)"

    async def link(connection: asyncpg.Connection, source: UUID, target: UUID, begun: asyncio.Barrier) -> None:
        async with connection.transaction():
            await connection.execute(insert, source, target)
            await begun.wait()  # neither sees the other's link

    begun = asyncio.Barrier(2)
    outcomes = await asyncio.gather(
        link(connections[0], one, other, begun), link(connections[1], other, one, begun), return_exceptions=True
    )
    for connection in connections:
        await connection.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CheckViolationError", "NoneType"]


async def test_a_priority_action_names_what_it_comes_from(
    catalog: httpx.AsyncClient, as_admin: Headers, database: asyncpg.Connection
) -> None:
    body = new_record("priority_action", 1)
    ungrounded = {name: value for name, value in body.items() if name != "workshop"}
    refused(await catalog.post(f"{V1}/priority-actions", json=ungrounded, headers=as_admin), "/findings", "ungrounded")
    made = await make(catalog, "priority-actions", body, as_admin)
    address = f"priority-actions/{made['slug']}"
    refused(await change(catalog, address, {"workshop": None}, as_admin), "/findings", "ungrounded")
    with pytest.raises(asyncpg.CheckViolationError, match="priority_action_grounded"):
        await database.execute("update priority_action set workshop = null where slug = $1", made["slug"])

    diagnosis = new_record(
        "diagnosis", 1, findings=[{"statement": {"fr": "Peu de marchés."}}, {"statement": {"fr": "X"}}]
    )
    finding = (await make(catalog, "diagnoses", diagnosis, as_admin))["findings"][0]
    named = {"findings": [{"diagnosis": diagnosis["slug"], "finding": finding["id"]}], "workshop": None}
    changed = await change(catalog, address, named, as_admin)
    assert changed.status_code == 200, changed.text
    assert changed.json()["findings"][0]["finding"] == finding["id"]
    elsewhere = {"findings": [{"diagnosis": "fes-lets-food-cities", "finding": finding["id"]}]}
    refused(await change(catalog, address, elsewhere, as_admin), "/findings/0/finding", "unknown_finding")


async def test_a_finding_that_an_action_names_is_not_taken_away(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    diagnosis = new_record(
        "diagnosis", 1, findings=[{"statement": {"fr": "Peu de marchés."}}, {"statement": {"fr": "X"}}]
    )
    made = await make(catalog, "diagnoses", diagnosis, as_admin)
    kept, other = made["findings"]
    action = new_record("priority_action", 1, workshop=None)
    action["findings"] = [{"diagnosis": made["slug"], "finding": kept["id"]}]
    await make(catalog, "priority-actions", action, as_admin)
    address = f"diagnoses/{made['slug']}"
    only = {"findings": [{"id": kept["id"], "statement": {"fr": "Trop peu de marchés."}}]}
    changed = await change(catalog, address, only, as_admin)
    assert changed.status_code == 200, changed.text
    assert [finding["id"] for finding in changed.json()["findings"]] == [kept["id"]]
    none = {"findings": [{"id": other["id"], "statement": {"fr": "X"}}]}
    refused(await change(catalog, address, none, as_admin), "/findings", "finding_in_use")
    refused(await change(catalog, address, {"findings": []}, as_admin), "/findings", "finding_in_use")


async def test_years_end_after_they_start(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    for kind, collection in (
        ("initiative", "initiatives"),
        ("cooperation", "cooperations"),
        ("programme", "programmes"),
    ):
        body = new_record(kind, 1, start_year=2020, end_year=2019)
        answer = await catalog.post(f"{V1}/{collection}", json=body, headers=as_admin)
        assert answer.status_code == 422, (kind, answer.text)
        made = await make(catalog, collection, new_record(kind, 1, start_year=2020, end_year=2020), as_admin)
        answer = await change(catalog, f"{collection}/{made['slug']}", {"end_year": 2001}, as_admin)
        assert answer.status_code == 422, (kind, answer.text)
