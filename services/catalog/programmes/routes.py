"""`/catalog/v1/programmes`, `/catalog/v1/censuses`, `/catalog/v1/funding-calls`."""

from typing import Annotated

from fastapi import Query

from services.catalog.programmes.kinds import CENSUS, FUNDING_CALL, PROGRAMME
from services.catalog.programmes.schemas import CensusWrite, FundingCallWrite, ProgrammeWrite
from services.catalog.records.listing import PLACES, THEME, Filter, Flag, add_list, coded, linked
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.parameters import CountriesParameter
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

COOPERATION = linked("cooperation", "t.kind = 'cooperation'")
ORGANIZATION = linked("organization", "t.kind = 'organization'")

ProgrammeRead = read_model(ProgrammeWrite, "A programme with its phases, the cooperations that it groups, its lessons.")
ProgrammePage = page_model(ProgrammeRead, "by slug")
programmes = service_router(f"/{PROGRAMME.collection}", tags=["programmes"])
add_list(
    programmes,
    PROGRAMME,
    ProgrammePage,
    "Programmes by slug. Example: `/catalog/v1/programmes?territory=grenoble`.",
    [THEME, COOPERATION, ORGANIZATION, *PLACES],
)
add_operations(
    programmes,
    PROGRAMME,
    ProgrammeRead,
    Texts(
        get="One programme by id or slug: its phases, cooperations and territories. Example: "
        "`/catalog/v1/programmes/coopalim`.",
        create="Publish a programme. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
)

CensusRead = read_model(CensusWrite, "A census of practices: who asked for it, who made it, where, what it found.")
CensusPage = page_model(CensusRead, "by slug")
censuses = service_router(f"/{CENSUS.collection}", tags=["programmes"])
add_list(
    censuses,
    CENSUS,
    CensusPage,
    "Censuses of practices by slug. Example: `/catalog/v1/censuses?organization=fao`.",
    [THEME, ORGANIZATION, *PLACES],
)
add_operations(
    censuses,
    CENSUS,
    CensusRead,
    Texts(
        get="One census by id or slug. Example: `/catalog/v1/censuses/fao-mediterranean-food-initiatives`.",
        create="Publish a census. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
)

FundingCallRead = read_model(
    FundingCallWrite, "A call for projects: the device, who may apply, until when.", {"closed": bool}
)
FundingCallPage = page_model(FundingCallRead, "by slug")
OPEN = Flag(
    "open",
    Annotated[bool | None, Query(description="Only calls that are open today, or only others; without it, all.")],
    "((r.closes is null or r.closes >= current_date) and (r.opens is null or r.opens <= current_date)) = {0}",
)
funding_calls = service_router(f"/{FUNDING_CALL.collection}", tags=["programmes"])
add_list(
    funding_calls,
    FUNDING_CALL,
    FundingCallPage,
    "Calls for projects by slug, closed ones too. "
    "Example: `/catalog/v1/funding-calls?device=decentralised_cooperation`.",
    [
        THEME,
        coded("device", "devices"),
        Filter("country", CountriesParameter, "r.content -> 'countries' ?| {0}::text[]"),
        ORGANIZATION,
        OPEN,
    ],
)
add_operations(
    funding_calls,
    FUNDING_CALL,
    FundingCallRead,
    Texts(
        get="One call by id or slug; `closed` once its last day has passed. Example: "
        "`/catalog/v1/funding-calls/daect-cle-en-main-2020`.",
        create="Publish a call for projects. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
)
