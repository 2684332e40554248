"""The pages that show an OpenAPI document: Swagger UI, served from this host and loading nothing from another."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI writes inline styles and data images; scripts come from this host only."""

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


def docs_page(title: str, prefix: str) -> HTMLResponse:
    """Swagger UI from this host."""
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{prefix}/docs/static/favicon.png">
<link rel="stylesheet" href="{prefix}/docs/static/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="{prefix}/docs/static/swagger-ui-bundle.js"></script>
<script src="{prefix}/docs/start.js"></script></body></html>"""
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
