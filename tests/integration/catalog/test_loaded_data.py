"""The real data set as it stands in the catalog."""

import json

import asyncpg

from tests.conftest import DATA
from tests.integration.catalog.data_folder import Folder, connected, count_of


async def test_the_real_data_set_is_there_whole(catalog_database: str) -> None:
    counts = {
        "territory": 953,
        "initiative": 1276,
        "cooperation": 211,
        "network": 17,
        "territory_problem": 970,
        "vocabulary": 10,
        "vocabulary_term": 128,
        "crosswalk": 90,
    }
    assert {table: await count_of(catalog_database, table) for table in counts} == counts
    async with connected(catalog_database) as connection:
        assert await connection.fetchval("select count(severity) from territory_problem") == 0
        for column in ("title", "summary"):
            query = f"select e.value ->> 'origin', count(*) from initiative, jsonb_each({column}) e group by 1"  # noqa: S608 - constants
            assert dict(map(tuple, await connection.fetch(query))) == {
                "original": 1276,
                "machine": 2826,
            }


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

    for line in folder.lines("initiatives"):
        record = initiatives[line["slug"]]
        assert set(record["themes"]) == {target("themes", code) for code in line["themes"]} - {None}
        assert record["carrier_sector"] == target("sectors", line["actor_type"])
        assert record["carrier_kind"] == target("actor_kinds", line["actor_type"])
        assert line["actor_type"] is None or record["carrier_sector"] or record["carrier_kind"]
        assert record["maturity"] == target("maturities", line["status"])
        assert record["mufpp_category"] == target("mufpp_categories", line["mufpp_category"])
    for line in folder.lines("cooperations"):
        record = cooperations[line["slug"]]
        assert set(record["themes"]) == {target("themes", code) for code in line["themes"]}
        assert record["stage"] == target("cooperation_stages", line["status"])
        devices = [device["device"] for device in json.loads(record["devices"])]
        assert devices == [code for code in [target("devices", line["device"])] if code]
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
