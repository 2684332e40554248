"""What programmes, censuses and funding calls are, as kinds of records."""

from services.catalog.programmes.models import Census, FundingCall, Programme
from services.catalog.programmes.schemas import CensusWrite, FundingCallWrite, ProgrammeWrite
from services.catalog.records.kinds import Kind
from services.catalog.records.representation import feature_of_territories

PROGRAMME = Kind(
    name="programme",
    collection="programmes",
    model=Programme,
    write=ProgrammeWrite,
    as_feature=feature_of_territories("territories"),
)
CENSUS = Kind(
    name="census",
    collection="censuses",
    model=Census,
    write=CensusWrite,
    as_feature=feature_of_territories("territories"),
)
FUNDING_CALL = Kind(
    name="funding_call",
    collection="funding-calls",
    model=FundingCall,
    write=FundingCallWrite,
    members={"closed": "coalesce(r.closes < current_date, false)"},
    as_feature=None,
)
