"""`/catalog/v1/programmes`, `/catalog/v1/censuses`, `/catalog/v1/funding-calls`."""

from typing import Annotated

from fastapi import Query

from services.catalog.programmes.kinds import CENSUS, FUNDING_CALL, PROGRAMME
from services.catalog.records.listing import PLACES, THEME, Filter, Flag, coded, linked
from services.catalog.records.operations import Texts
from services.catalog.records.parameters import CountriesParameter
from services.catalog.records.routers import kind_router

COOPERATION = linked("cooperation", "t.kind = 'cooperation'")
ORGANIZATION = linked("organization", "t.kind = 'organization'")

programmes = kind_router(
    PROGRAMME,
    tag="programmes",
    texts=Texts(
        about="A programme with its phases, the cooperations that it groups, its lessons.",
        listed="Programmes by slug. Example: `/catalog/v1/programmes?territory=grenoble`.",
        get="One programme by id or slug: its phases, cooperations and territories. Example: "
        "`/catalog/v1/programmes/coopalim`.",
        create="Publish a programme. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
    filters=[THEME, COOPERATION, ORGANIZATION, *PLACES],
)

censuses = kind_router(
    CENSUS,
    tag="programmes",
    texts=Texts(
        about="A census of practices: who asked for it, who made it, where, what it found.",
        listed="Censuses of practices by slug. Example: `/catalog/v1/censuses?organization=fao`.",
        get="One census by id or slug. Example: `/catalog/v1/censuses/fao-mediterranean-food-initiatives`.",
        create="Publish a census. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
    filters=[THEME, ORGANIZATION, *PLACES],
)

OPEN = Flag(
    "open",
    Annotated[bool | None, Query(description="Only calls that are open today, or only others; without it, all.")],
    "((r.closes is null or r.closes >= current_date) and (r.opens is null or r.opens <= current_date)) = {0}",
)
funding_calls = kind_router(
    FUNDING_CALL,
    tag="programmes",
    texts=Texts(
        about="A call for projects: the device, who may apply, until when.",
        listed="Calls for projects by slug, closed ones too. "
        "Example: `/catalog/v1/funding-calls?device=decentralised_cooperation`.",
        get="One call by id or slug; `closed` once its last day has passed. Example: "
        "`/catalog/v1/funding-calls/daect-cle-en-main-2020`.",
        create="Publish a call for projects. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
    filters=[
        THEME,
        coded("device", "devices"),
        Filter("country", CountriesParameter, "r.content -> 'countries' ?| {0}::text[]"),
        ORGANIZATION,
        OPEN,
    ],
    members={"closed": bool},
)
