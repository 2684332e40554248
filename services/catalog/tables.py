"""Every table of the catalog's database, gathered for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from services.catalog.access.models import ApiKey, Mandate, Partner
from services.catalog.cooperations.models import Cooperation, CooperationParty
from services.catalog.initiatives.models import Initiative
from services.catalog.networks.models import Network, NetworkMembership
from services.catalog.records.models import LoadedFile, LoadedRow
from services.catalog.territories.models import Territory, TerritoryProblem
from services.catalog.vocabularies.models import CrosswalkEntry, Vocabulary, VocabularyTerm
from services.common.feed.tables import ChangeBatch, ChangeRow
from services.common.idempotency.tables import IdempotentRequest

TABLES = (
    Partner,
    ApiKey,
    Mandate,
    IdempotentRequest,
    Vocabulary,
    VocabularyTerm,
    CrosswalkEntry,
    Territory,
    TerritoryProblem,
    Network,
    NetworkMembership,
    Initiative,
    Cooperation,
    CooperationParty,
    LoadedRow,
    LoadedFile,
    ChangeBatch,
    ChangeRow,
)


def catalog_metadata() -> MetaData:
    """The catalog's tables alone: SQLModel keeps those of every imported service in one place."""
    metadata = MetaData()
    for table in TABLES:
        SQLModel.metadata.tables[str(table.__tablename__)].to_metadata(metadata)
    return metadata
