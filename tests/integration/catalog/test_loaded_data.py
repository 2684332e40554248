"""The real data set as it stands in the catalog."""

import json
from uuid import UUID

import asyncpg

from services.catalog.kinds import BY_NAME, KINDS
from services.catalog.records.shapes import references
from tests.conftest import DATA
from tests.integration.catalog.data_folder import NEWER, Folder, connected, count_of


async def test_the_real_data_set_is_there_whole(catalog_database: str) -> None:
    counts = {
        "territory": 953,
        "initiative": 1280,
        "cooperation": 211,
        "network": 17,
        "territory_problem": 970,
        "vocabulary": 48,
        "vocabulary_term": 450,
        "crosswalk": 90,
        **{kind: len(Folder(DATA).lines(file)) for kind, file in NEWER.items()},
    }
    assert {table: await count_of(catalog_database, table) for table in counts} == counts
    async with connected(catalog_database) as connection:
        assert await connection.fetchval("select count(severity) from territory_problem") == 0
        for column in ("title", "summary"):
            query = f"select e.value ->> 'origin', count(*) from initiative, jsonb_each({column}) e group by 1"  # noqa: S608 - constants
            assert dict(map(tuple, await connection.fetch(query))) == {
                "original": 1280,
                "machine": 2834,
            }


async def test_the_register_links_and_revisions_are_those_of_the_records(catalog_database: str) -> None:
    async with connected(catalog_database) as connection:
        for kind in KINDS:
            name = "coalesce(to_jsonb(r) -> 'title', to_jsonb(r) -> 'name')"
            query = (
                f"select count(*) from {kind.name} r join record g on g.id = r.id and g.kind = '{kind.name}'"  # noqa: S608 - constants
                f" where (g.slug, g.status, g.version, g.updated_at) = (r.slug, r.status, r.version, r.updated_at)"
                f" and (g.name = {name} or g.name -> 'und' ->> 'text' = {name} #>> '{{}}')"
            )
            assert await connection.fetchval(query) == await count_of(catalog_database, kind.name), kind.name
        rows = await connection.fetch("select kind, count(*) from record group by kind")
        assert dict(map(tuple, rows)).keys() == {kind.name for kind in KINDS}
        revisions = await connection.fetch("select r.kind, r.document, r.record_id from revision r")
        assert len(revisions) == await count_of(catalog_database, "record")
        links: dict[UUID, set[tuple[str, UUID]]] = {}
        for row in await connection.fetch("select source_id, relation, target_id from record_link"):
            links.setdefault(row["source_id"], set()).add((row["relation"], row["target_id"]))
        for row in revisions:
            named = references(BY_NAME[row["kind"]].shape, json.loads(row["document"]))
            assert links.get(row["record_id"], set()) == named, row


async def test_no_code_of_the_data_set_is_dropped_silently(catalog_database: str) -> None:
    """Every code of every row is on its record by the crosswalk's target, or the crosswalk says why not."""
    folder = Folder(DATA)
    async with connected(catalog_database) as connection:
        crosswalk = {(row["vocabulary"], row["code"]): row for row in await connection.fetch("select * from crosswalk")}
        terms = {tuple(row) for row in await connection.fetch("select vocabulary, code from vocabulary_term")}
        initiatives = {row["slug"]: row for row in await connection.fetch("select * from initiative")}
        cooperations = {row["slug"]: row for row in await connection.fetch("select * from cooperation")}
        territories = {row["slug"]: row for row in await connection.fetch("select * from territory")}
        networks = {row["slug"]: row for row in await connection.fetch("select * from network")}
        problems: dict[str, list[asyncpg.Record]] = {}
        for row in await connection.fetch(
            "select t.slug, p.* from territory_problem p join territory t on t.id = p.territory_id order by position"
        ):
            problems.setdefault(row["slug"], []).append(row)

    def target(vocabulary: str, code: str | None) -> str | None:
        if code is None:
            return None
        row = crosswalk[vocabulary, code]
        if row["target"] is None:
            assert row["note"], (vocabulary, code)
            return None
        assert (vocabulary, row["target"]) in terms
        return str(row["target"])

    further = {line["slug"]: line for line in folder.lines("initiatives_seed")}
    for line in folder.lines("initiatives"):
        record, more = initiatives[line["slug"]], further.get(line["slug"], {})
        assert set(record["themes"]) == {target("themes", code) for code in line["themes"]} - {None}
        assert record["carrier_sector"] == (more.get("sector") or target("sectors", line["actor_type"]))
        assert record["carrier_kind"] == (more.get("kind") or target("actor_kinds", line["actor_type"]))
        assert line["actor_type"] is None or record["carrier_sector"] or record["carrier_kind"]
        assert record["maturity"] == (more.get("maturity") or target("maturities", line["status"]))
        assert record["mufpp_category"] == target("mufpp_categories", line["mufpp_category"])
    for slug, more in further.items():
        content = json.loads(initiatives[slug]["content"])
        assert all(content[name] == more[name] for name in ("mufpp_actions", "sdg_targets") if more.get(name)), slug
        assert set(more.get("themes") or ()) <= set(initiatives[slug]["themes"]), slug
    further = {line["slug"]: line for line in folder.lines("cooperations_seed")}
    for line in folder.lines("cooperations"):
        record, more = cooperations[line["slug"]], further.get(line["slug"], {})
        assert set(record["themes"]) == {target("themes", code) for code in line["themes"]}
        assert record["stage"] == (more.get("stage") or target("cooperation_stages", line["status"]))
        devices = [device["device"] for device in json.loads(record["devices"])]
        more_devices = [device["device"] for device in more.get("devices", [])]
        assert devices == (more_devices or [code for code in [target("devices", line["device"])] if code])
    for line in folder.lines("territories"):
        assert territories[line["slug"]]["kind"] == target("territory_kinds", line["kind"])
        stated = problems.get(line["slug"], [])
        assert [problem["problem"] for problem in stated] == [
            target("problems", c["problem"]) for c in line["challenges"]
        ]
        assert [problem["theme"] for problem in stated] == [target("themes", c["theme"]) for c in line["challenges"]]
    for line in folder.lines("networks"):
        assert networks[line["slug"]]["kind"] == target("network_kinds", line["kind"])


async def test_a_population_says_whose_it_is(catalog_database: str) -> None:
    async with connected(catalog_database) as connection:
        query = "select population_scope, count(*) from territory where population is not null group by 1"
        assert dict(map(tuple, await connection.fetch(query))) == {
            "territory": 7,
            "main_city": 96,
            "populated_place": 605,
        }
