"""All services in one process on one port, each with its own app, its own lifespan and its own database.

They call one another over HTTP semantics all the same (an in-process transport), so that giving each a process of its
own is a matter of settings.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache

import httpx
import orjson
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.common.access.bearer import identify
from services.common.http.docs import add_docs
from services.common.http.errors import install_error_handlers
from services.common.http.layer import Contract, RequestLayer
from services.common.http.merged import merged
from services.common.http.pages import html_page, problem_pages
from services.common.settings import ContractSettings
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.observer import Observer
from services.common.telemetry.outgoing import internal_client
from services.matching.app import create_app as create_matching
from services.matching.settings import MatchingSettings
from services.search.app import create_app as create_search
from services.search.settings import SearchSettings
from services.webhooks.app import create_app as create_webhooks
from services.webhooks.settings import WebhooksSettings

CATALOG_ADDRESS = "http://catalog.internal"
"""The name under which services in this process reach the catalog; it never leaves the process."""

INTRODUCTION = {
    "fr": (
        "Let's Food – coopérations alimentaires entre territoires",
        "Ce que font les villes et les régions pour leur alimentation, qui partage leurs problèmes, et avec qui "
        "coopérer.",
    ),
    "en": (
        "Let's Food – cooperation between territories on food",
        "What cities and regions do about their food, who shares their problems, and whom to work with.",
    ),
    "ar": (
        "Let's Food – التعاون الغذائي بين المناطق",
        "ما الذي تقوم به المدن والأقاليم من أجل غذائها، ومن يشاركها مشكلاتها، ومع من يمكن أن تتعاون.",
    ),
}

EXAMPLES = {
    "catalog": "/catalog/v1/territories/montpellier",
    "search": "/search/v1/initiatives?q=food+waste",
    "matching": "/matching/v1/territories/montpellier/matches",
    "webhooks": "/webhooks/v1/event-types",
}


@dataclass(frozen=True)
class StandaloneSettings:
    """The settings of each service; where one calls another, this process answers."""

    catalog: CatalogSettings
    search: SearchSettings
    matching: MatchingSettings
    webhooks: WebhooksSettings


class Standalone:
    """Hands each request to the service that its path names; pages of its own for the rest."""

    def __init__(self, services: Mapping[str, FastAPI], pages: FastAPI) -> None:
        self.services = services
        self.pages = pages

    def begin_stopping(self) -> None:
        """The process ends: whoever waits for something is answered now."""
        for service in self.services.values():
            service.state.stopping.begin()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix("/").partition("/")[0] if scope["type"] == "http" else ""
        app: ASGIApp = self.services.get(name, self.pages)
        await app(scope, receive, send)


def create_app(settings: StandaloneSettings) -> Standalone:
    """The services behind one address. The lifespans of all are entered with this app's own."""
    catalog = create_catalog(settings.catalog)
    client = internal_client(CATALOG_ADDRESS, transport=httpx.ASGITransport(catalog))
    services = {
        "catalog": catalog,
        "search": create_search(settings.search, catalog=client),
        "matching": create_matching(settings.matching, catalog=client),
        "webhooks": create_webhooks(settings.webhooks, catalog=client),
    }

    @asynccontextmanager
    async def lifespan(pages: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(client)
            for service in services.values():
                await stack.enter_async_context(service.router.lifespan_context(service))
            pages.state.callers = catalog.state.callers
            yield

    return Standalone(services, _pages(lifespan, settings.catalog, services))


def _pages(lifespan: Lifespan[FastAPI], settings: ContractSettings, services: Mapping[str, FastAPI]) -> FastAPI:
    """The pages beside the services: what this is, what problems mean, and one OpenAPI document for everything."""
    pages = FastAPI(title="Let's Food", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    pages.include_router(problem_pages)
    add_docs(pages)

    @cache
    def document() -> bytes:
        return orjson.dumps(merged({name: service.openapi() for name, service in services.items()}))

    @pages.get("/openapi.json")
    async def openapi() -> Response:
        return Response(await asyncio.to_thread(document), media_type="application/json")

    @pages.get("/")
    async def home() -> HTMLResponse:
        return home_page()

    install_error_handlers(pages)
    pages.add_middleware(
        RequestLayer, contract=Contract.of(settings, identify=identify, observer=Observer("pages", Metrics()))
    )
    return pages


def home_page() -> HTMLResponse:
    """What this is, in the three languages, and the way to each service's OpenAPI page."""
    links = "".join(
        f'<li><a href="/{name}/docs"><b>{name}</b> OpenAPI</a> · <a href="{example}"><code>{example}</code></a></li>'
        for name, example in EXAMPLES.items()
    )
    links += '<li><a href="/docs"><b>OpenAPI</b></a> · <a href="/openapi.json"><code>/openapi.json</code></a></li>'
    sections = [
        (lang, f"<h1>{title}</h1><p>{text}</p>" + (f"<ul>{links}</ul>" if lang == "fr" else ""))
        for lang, (title, text) in INTRODUCTION.items()
    ]
    return html_page("Let's Food", sections)
