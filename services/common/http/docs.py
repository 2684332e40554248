"""The pages that show an OpenAPI document: Swagger UI, served from this host and loading nothing from another."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from services.common.http.documents import docs_page

STATIC = Path(fastapi_offline.__file__).parent / "static"


def add_docs(app: FastAPI, prefix: str = "") -> None:
    """Add `{prefix}/docs`, which shows `{prefix}/openapi.json` under the app's title."""
    app.mount(f"{prefix}/docs/static", StaticFiles(directory=STATIC), name="docs-static")

    @app.get(f"{prefix}/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return docs_page(app.title, prefix)

    @app.get(f"{prefix}/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        script = f'SwaggerUIBundle({{url: "{prefix}/openapi.json", dom_id: "#swagger-ui", deepLinking: true}});'
        return Response(script, media_type="text/javascript")
