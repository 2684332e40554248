"""What can be done with an initiative."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.mandates.rules import require_mandate
from services.catalog.initiatives.models import Initiative
from services.catalog.initiatives.schemas import InitiativeWrite
from services.catalog.records import writes
from services.catalog.records.models import PUBLISHED
from services.catalog.records.ownership import is_owned, owner_of_new
from services.catalog.records.texts import revise, text_errors
from services.catalog.territories.models import Territory
from services.catalog.vocabularies.checks import Vocabularies, code_errors
from services.common.access.caller import Caller
from services.common.ids import parse_id
from services.common.languages import Text
from services.common.problems import FieldError, invalid


async def create(
    session: AsyncSession, vocabularies: Vocabularies, caller: Caller, written: InitiativeWrite
) -> Initiative:
    """Create an initiative, the caller's own.

    Raises `Problem`: 403 without a mandate for its territory, 409 for a slug that is taken, 422 for what is not known.
    """
    document = written.model_dump(mode="json")
    territory_id = await _check(session, vocabularies, document)
    await require_mandate(session, caller, territory_id)
    initiative = Initiative(
        slug=written.slug,
        status=written.status,
        owner_id=owner_of_new(caller),
        **_columns(None, document, territory_id),
    )
    await writes.store_new(session, "initiative", initiative)
    return initiative


async def change(
    session: AsyncSession,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    patch: Mapping[str, Any],
) -> Initiative:
    """Apply a merge patch to the initiative as it was read; moving it takes a mandate for both territories."""
    initiative = await writes.find_for_update(session, Initiative, ref, if_match, partial(is_owned, caller))
    await require_mandate(session, caller, initiative.territory_id)
    document = writes.patched(InitiativeWrite, as_written(initiative), patch).model_dump(mode="json")
    territory_id = await _check(session, vocabularies, document)
    await require_mandate(session, caller, territory_id)
    writes.keep_slug(initiative, document["slug"])
    initiative.sqlmodel_update(_columns(initiative, document, territory_id))
    await writes.store_changed(session, "initiative", initiative, document["status"])
    return initiative


async def archive(session: AsyncSession, caller: Caller, ref: str, if_match: str | None, reason: str) -> None:
    """Take an initiative out of publication."""
    initiative = await writes.find_for_update(session, Initiative, ref, if_match, partial(is_owned, caller))
    await require_mandate(session, caller, initiative.territory_id)
    await writes.archive(session, "initiative", initiative, reason)


_OWN_FIELDS = {"themes", "start_year", "end_year", "maturity", "mufpp_category", "url", "sources"}


def as_written(initiative: Initiative) -> dict[str, Any]:
    """The initiative in the form in which clients write it, for a merge patch to change."""
    carrier = {
        "name": initiative.carrier_name,
        "sector": initiative.carrier_sector,
        "kind": initiative.carrier_kind,
    }
    return {
        **initiative.model_dump(include=_OWN_FIELDS | {"slug", "status", "title", "summary", "results"}),
        "territory": str(initiative.territory_id),
        "carrier": carrier if any(carrier.values()) else None,
    }


def _columns(former: Initiative | None, document: dict[str, Any], territory_id: UUID) -> dict[str, Any]:
    carrier = document["carrier"] or dict.fromkeys(("name", "sector", "kind"))
    results = former.results if former else []
    return {
        **{field: document[field] for field in _OWN_FIELDS},
        "title": revise(former.title if former else None, document["title"]),
        "summary": revise(former.summary if former else None, document["summary"]),
        "territory_id": territory_id,
        "carrier_name": carrier["name"],
        "carrier_sector": carrier["sector"],
        "carrier_kind": carrier["kind"],
        "results": [
            {"statement": revise(_statement_at(results, place), result["statement"]), "sources": result["sources"]}
            for place, result in enumerate(document["results"])
        ],
    }


def _statement_at(results: list[dict[str, Any]], place: int) -> Text | None:
    return results[place]["statement"] if place < len(results) else None


async def _check(session: AsyncSession, vocabularies: Vocabularies, document: dict[str, Any]) -> UUID:
    carrier = document["carrier"] or {}
    errors = text_errors("/title", document["title"]) + text_errors("/summary", document["summary"])
    for place, result in enumerate(document["results"]):
        errors += text_errors(f"/results/{place}/statement", result["statement"])
    themes = [(f"/themes/{place}", code) for place, code in enumerate(document["themes"])]
    errors += code_errors(vocabularies, "themes", themes)
    errors += code_errors(vocabularies, "maturities", [("/maturity", document["maturity"])])
    errors += code_errors(vocabularies, "mufpp_categories", [("/mufpp_category", document["mufpp_category"])])
    errors += code_errors(vocabularies, "sectors", [("/carrier/sector", carrier.get("sector"))])
    errors += code_errors(vocabularies, "actor_kinds", [("/carrier/kind", carrier.get("kind"))])
    territory_id = await _territory_id(session, document["territory"])
    if territory_id is None:
        detail = f"no published territory is called '{document['territory']}'"
        errors.append(FieldError(pointer="/territory", detail=detail, code="unknown_territory"))
    if errors or territory_id is None:
        raise invalid(errors)
    return territory_id


async def _territory_id(session: AsyncSession, ref: str) -> UUID | None:
    record_id = parse_id(ref)
    named = col(Territory.id) == record_id if record_id else col(Territory.slug) == ref
    query = select(Territory.id).where(named, col(Territory.status) == PUBLISHED).with_for_update(read=True)
    return (await session.exec(query)).first()
