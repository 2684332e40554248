"""Small HTML pages that load nothing: what a problem type means, in French, English and Arabic."""

from collections.abc import Sequence
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.common.problems import PROBLEM_TYPES, not_found

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The pages carry their few styles themselves and ask for nothing else."""

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
h1 { line-height: 1.2 } code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto; padding: .8rem; border: 1px solid; border-radius: .4rem }
section { margin-block: 2rem; padding-block: .2rem; border-block-start: 1px solid }
a { color: inherit; text-underline-offset: .2em } li { margin-block: .4rem }
"""

EXPLANATIONS = {
    "fr": "Les API répondent par ce document (RFC 9457) avec le statut {status}. « detail » dit ce qui n'a pas marché, "
    "« errors » nomme chaque champ, « request_id » permet de retrouver la requête dans nos journaux.",
    "en": "The APIs answer with this document (RFC 9457) and status {status}. 'detail' says what went wrong, "
    "'errors' names each field, 'request_id' finds the request in our logs.",
    "ar": "تجيب الواجهات بهذا المستند (RFC 9457) وبالحالة {status}. يوضح 'detail' ما حدث، ويسمّي 'errors' كل حقل، "
    "ويتيح 'request_id' العثور على الطلب في سجلاتنا.",
}


def html_page(title: str, sections: Sequence[tuple[str, str]], status: int = 200) -> HTMLResponse:
    """A page of sections, each (language, HTML); Arabic runs from right to left."""
    body = "".join(
        f'<section lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">{content}</section>'
        for lang, content in sections
    )
    page = (
        f'<!doctype html><html lang="{sections[0][0]}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head><body>{body}</body></html>'
    )
    policy = POLICY.replace("style-src", "img-src data:; style-src")
    return HTMLResponse(page, status_code=status, headers={"Content-Security-Policy": policy})


problem_pages = APIRouter(prefix="/problems", include_in_schema=False)


@problem_pages.get("/{slug}")
async def problem_page(slug: str) -> HTMLResponse:
    """What a problem type means."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        raise not_found(slug)
    sections = [
        (lang, f"<h1>{escape(kind.title[lang])}</h1><p>{escape(EXPLANATIONS[lang].format(status=kind.status))}</p>")
        for lang in ("fr", "en", "ar")
    ]
    return html_page(kind.title["en"], sections)
