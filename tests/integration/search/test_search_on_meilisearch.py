"""The service on Meilisearch: without a server, and (where the environment names one) on a real one."""

import os
import socket
from pathlib import Path
from uuid import uuid4

import pytest

from services.search.engines.meilisearch_admin import MeilisearchAdmin
from tests.contract.search.opened import MEILI_KEY, MEILI_URL
from tests.contract.search.real_records import initiative_states, territory_states
from tests.integration.search.running import running
from tests.integration.search.stub_catalog import StubCatalog


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_without_its_server_the_service_says_so_and_does_not_fall(catalog: StubCatalog, tmp_path: Path) -> None:
    async with running(catalog, tmp_path, meili_url=f"http://127.0.0.1:{closed_port()}") as search:
        answer = await search.get("initiatives", q="cantine")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in answer.text
        status = await search.get("status")
        assert status.status_code == 200
        assert status.json()["engine"] == "meilisearch"
        assert status.json()["documents"] is None
        assert "does not answer" in status.json()["last_error"]
        assert (await search.client.get("/search/health/ready")).status_code == 503
        assert (await search.client.get("/search/health/live")).status_code == 200


@pytest.mark.skipif(MEILI_URL not in os.environ, reason=f"{MEILI_URL} names no Meilisearch server")
async def test_on_a_real_server_the_service_builds_follows_and_goes_on(catalog: StubCatalog, tmp_path: Path) -> None:
    uid = f"test_{uuid4().hex}"
    settings = {"meili_url": os.environ[MEILI_URL], "meili_key": os.environ.get(MEILI_KEY), "meili_index": uid}
    try:
        async with running(catalog, tmp_path, **settings) as search:
            await search.caught_up(catalog)
            found = [await search.find(q) for q in ("food waste", "gaspillage alimentaire", "هدر الطعام")]
            assert len({answer["total"] for answer in found}) == 1
            assert found[0]["total"] > 100
            state = territory_states()["montpellier"]
            of_montpellier = await search.slugs(territory="montpellier")
            name = {"fr": {"text": "Zymopolis", "origin": "human"}}
            catalog.put("territory", {**state, "version": 2, "name": name})
            catalog.archive("initiative", str(initiative_states()["tav-lyon"]["id"]))
            await search.caught_up(catalog)
            assert await search.slugs("zymopolis") == of_montpellier
        async with running(catalog, tmp_path, **settings) as search:
            await search.caught_up(catalog)
            assert (await search.get("status")).json()["documents"] == len(initiative_states()) - 1
        assert catalog.snapshots == 1
    finally:
        admin = MeilisearchAdmin(os.environ[MEILI_URL], os.environ.get(MEILI_KEY))
        await admin.drop(uid)
        await admin.drop(f"{uid}_next")
