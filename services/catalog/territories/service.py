"""What can be done with a territory."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.mandates.rules import may_change_territory
from services.catalog.cooperations.models import Cooperation, CooperationParty
from services.catalog.initiatives.models import Initiative
from services.catalog.networks.models import Network, NetworkMembership
from services.catalog.records import writes
from services.catalog.records.models import DRAFT, PUBLISHED
from services.catalog.records.ownership import is_owned, owner_of_new
from services.catalog.records.texts import revise, text_errors
from services.catalog.territories.models import Territory, TerritoryProblem
from services.catalog.territories.schemas import ProblemWrite, TerritoryWrite
from services.catalog.vocabularies.checks import Vocabularies, code_errors
from services.common.access.caller import Caller
from services.common.ids import new_id
from services.common.languages import Languages, Text
from services.common.problems import CONFLICT, FieldError, Problem, invalid


def fold(text: str) -> str:
    """A text for sorting: lower case, without accents (PostgreSQL need not have ICU)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def sort_name(name: Text) -> str:
    """The key that territories are sorted by: their French or English name, else the original, folded."""
    picked = Languages(("fr", "en")).pick(name)
    return fold(picked["text"]) if picked else ""


async def create(
    session: AsyncSession, vocabularies: Vocabularies, caller: Caller, written: TerritoryWrite
) -> Territory:
    """Create a territory; raises `Problem`: 409 for a slug that is taken, 422 for codes that are not known."""
    document = written.model_dump(mode="json")
    networks = await _check(session, vocabularies, document)
    territory = Territory(
        slug=written.slug, status=written.status, owner_id=owner_of_new(caller), **_columns(None, document)
    )
    await writes.store_new(session, "territory", territory)
    await _replace_problems(session, territory.id, {}, written.problems)
    _add_memberships(session, territory.id, networks, document)
    return territory


async def change(
    session: AsyncSession,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    patch: Mapping[str, Any],
) -> Territory:
    """Apply a merge patch to the territory as it was read; raises `Problem` (409) to withdraw one that is in use."""
    allowed = partial(may_change_territory, session, caller)
    territory = await writes.find_for_update(session, Territory, ref, if_match, allowed)
    problems = await _problems_of(session, territory.id)
    memberships = await _memberships_of(session, territory.id)
    written = writes.patched(TerritoryWrite, as_written(territory, problems, memberships), patch)
    document = written.model_dump(mode="json")
    networks = await _check(session, vocabularies, document)
    writes.keep_slug(territory, written.slug)
    if territory.status == PUBLISHED and written.status == DRAFT:
        await _require_unused(session, territory.id, cooperations=True)
    territory.sqlmodel_update(_columns(territory, document))
    await _replace_problems(session, territory.id, {problem.id: problem for problem in problems}, written.problems)
    await session.exec(sa.delete(NetworkMembership).where(col(NetworkMembership.territory_id) == territory.id))
    _add_memberships(session, territory.id, networks, document)
    await writes.store_changed(session, "territory", territory, written.status)
    return territory


async def archive(session: AsyncSession, caller: Caller, ref: str, if_match: str | None, reason: str) -> None:
    """Take a territory out of publication; raises `Problem` (409) while published initiatives are in it."""
    territory = await writes.find_for_update(session, Territory, ref, if_match, partial(is_owned, caller))
    await _require_unused(session, territory.id)
    await writes.archive(session, "territory", territory, reason)


async def _require_unused(session: AsyncSession, territory_id: UUID, *, cooperations: bool = False) -> None:
    initiatives = select(sa.func.count()).where(
        col(Initiative.territory_id) == territory_id, col(Initiative.status) == PUBLISHED
    )
    count = (await session.exec(initiatives)).one()
    if count:
        raise Problem(
            CONFLICT,
            {
                "en": "{count} published initiative(s) are in this territory; archive or move them first.",
                "fr": "{count} initiative(s) publiée(s) dans ce territoire ; archivez-les ou déplacez-les d'abord.",
                "ar": "عدد المبادرات المنشورة في هذه المنطقة: {count}؛ أرشفها أو انقلها أولًا.",
            },
            {"count": count},
        )
    parties = (
        select(sa.func.count())
        .select_from(CooperationParty)
        .join(Cooperation, col(Cooperation.id) == col(CooperationParty.cooperation_id))
        .where(col(CooperationParty.territory_id) == territory_id, col(Cooperation.status) == PUBLISHED)
    )
    count = (await session.exec(parties)).one() if cooperations else 0
    if count:
        raise Problem(
            CONFLICT,
            {
                "en": "This territory takes part in {count} published cooperation(s), which name it.",
                "fr": "Ce territoire participe à {count} coopération(s) publiée(s), qui le nomment.",
                "ar": "تشارك هذه المنطقة في عدد من التعاونات المنشورة التي تسمّيها: {count}.",
            },
            {"count": count},
        )


def as_written(
    territory: Territory, problems: Sequence[TerritoryProblem], memberships: Sequence[tuple[NetworkMembership, str]]
) -> dict[str, Any]:
    """The territory in the form in which clients write it, for a merge patch to change."""
    population = {
        "value": territory.population,
        "year": territory.population_year,
        "scope": territory.population_scope,
        "source": territory.population_source,
    }
    point = {"type": "Point", "coordinates": [territory.lon, territory.lat]}
    return {
        **territory.model_dump(include=_OWN_FIELDS | {"status"}),
        "point": point if territory.lon is not None else None,
        "population": population if territory.population is not None else None,
        "networks": [
            {"network": slug, "since": membership.since, "until": membership.until} for membership, slug in memberships
        ],
        "problems": [problem.model_dump(mode="json", include=_PROBLEM_FIELDS) for problem in problems],
    }


_OWN_FIELDS = {
    "slug",
    "name",
    "display_name",
    "kind",
    "local_level",
    "country_code",
    "subdivision_code",
    "point_note",
    "has_food_project",
    "external_ids",
    "sources",
}
_PROBLEM_FIELDS = {"id", "problem", "theme", "severity", "evidence", "stated_by", "year", "sources"}


def _columns(former: Territory | None, document: dict[str, Any]) -> dict[str, Any]:
    name = revise(former.name if former else None, document["name"])
    lon, lat = document["point"]["coordinates"] if document["point"] else (None, None)
    population = document["population"] or dict.fromkeys(("value", "year", "scope", "source"))
    return {
        **{field: document[field] for field in _OWN_FIELDS - {"slug"}},
        "name": name,
        "sort_name": sort_name(name),
        "lon": lon,
        "lat": lat,
        "population": population["value"],
        "population_year": population["year"],
        "population_scope": population["scope"],
        "population_source": population["source"],
    }


async def _check(session: AsyncSession, vocabularies: Vocabularies, document: dict[str, Any]) -> dict[str, UUID]:
    problems = list(enumerate(document["problems"]))
    errors = text_errors("/name", document["name"])
    errors += code_errors(vocabularies, "territory_kinds", [("/kind", document["kind"])])
    for member, vocabulary in (("problem", "problems"), ("theme", "themes")):
        codes = [(f"/problems/{place}/{member}", problem[member]) for place, problem in problems]
        errors += code_errors(vocabularies, vocabulary, codes)
    for place, problem in problems:
        errors += text_errors(f"/problems/{place}/evidence", problem["evidence"])
    networks = await _networks(session, [membership["network"] for membership in document["networks"]])
    errors += [
        FieldError(pointer=f"/networks/{place}/network", detail="no such network", code="unknown_network")
        for place, membership in enumerate(document["networks"])
        if membership["network"] not in networks
    ]
    if errors:
        raise invalid(errors)
    return networks


async def _networks(session: AsyncSession, slugs: Sequence[str]) -> dict[str, UUID]:
    found = await session.exec(
        select(Network.slug, Network.id).where(col(Network.slug).in_(slugs), Network.status == PUBLISHED)
    )
    return dict(found.all())


def _add_memberships(
    session: AsyncSession, territory_id: UUID, networks: Mapping[str, UUID], document: dict[str, Any]
) -> None:
    by_network = {membership["network"]: membership for membership in document["networks"]}
    for slug, membership in by_network.items():
        session.add(
            NetworkMembership(
                network_id=networks[slug],
                territory_id=territory_id,
                since=membership["since"],
                until=membership["until"],
                sources=document["sources"],
            )
        )


async def _replace_problems(
    session: AsyncSession,
    territory_id: UUID,
    former: Mapping[UUID, TerritoryProblem],
    written: Sequence[ProblemWrite],
) -> None:
    await session.exec(sa.delete(TerritoryProblem).where(col(TerritoryProblem.territory_id) == territory_id))
    for gone in former.values():
        session.expunge(gone)
    for position, problem in enumerate(written):
        known = former.get(problem.id) if problem.id else None
        document = problem.model_dump(mode="json", exclude={"id"})
        document["evidence"] = revise(known.evidence if known else None, document["evidence"])
        session.add(
            TerritoryProblem(
                id=known.id if known else new_id(), territory_id=territory_id, position=position, **document
            )
        )


async def _problems_of(session: AsyncSession, territory_id: UUID) -> Sequence[TerritoryProblem]:
    query = (
        select(TerritoryProblem)
        .where(col(TerritoryProblem.territory_id) == territory_id)
        .order_by(col(TerritoryProblem.position))
    )
    return (await session.exec(query)).all()


async def _memberships_of(session: AsyncSession, territory_id: UUID) -> Sequence[tuple[NetworkMembership, str]]:
    query = (
        select(NetworkMembership, Network.slug)
        .join(Network, col(Network.id) == col(NetworkMembership.network_id))
        .where(col(NetworkMembership.territory_id) == territory_id)
    )
    return (await session.exec(query)).all()
