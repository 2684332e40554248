"""Every table of the catalog's database, gathered for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from services.catalog.access.models import ApiKey, Mandate, Partner
from services.catalog.cooperations.models import Cooperation, CooperationParty
from services.catalog.diagnoses.models import Diagnosis, PriorityAction, Workshop
from services.catalog.duplicates.models import DuplicateBlock, DuplicatePair
from services.catalog.initiatives.models import Initiative
from services.catalog.learning.models import LearningResource
from services.catalog.networks.models import Network, NetworkMembership
from services.catalog.offers.models import Offer
from services.catalog.organizations.models import Organization
from services.catalog.programmes.models import Census, FundingCall, Programme
from services.catalog.records.models import FormerSlug, LoadedFile, LoadedRow, RecordLink, RegisteredRecord, Revision
from services.catalog.territories.models import Territory, TerritoryProblem
from services.catalog.vocabularies.models import CrosswalkEntry, CrosswalkScheme, Vocabulary, VocabularyTerm
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
    CrosswalkScheme,
    Territory,
    TerritoryProblem,
    Network,
    NetworkMembership,
    Initiative,
    Cooperation,
    CooperationParty,
    Organization,
    Programme,
    Census,
    LearningResource,
    FundingCall,
    Offer,
    Diagnosis,
    Workshop,
    PriorityAction,
    RegisteredRecord,
    RecordLink,
    FormerSlug,
    Revision,
    DuplicateBlock,
    DuplicatePair,
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
