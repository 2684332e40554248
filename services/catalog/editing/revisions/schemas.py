"""What a record's history is read as."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.catalog.records.schemas import OwnerRefRead, PageRead


class RevisionRead(BaseModel):
    """A version of a record: who made it, when, how and why."""

    version: int
    action: str = Field(
        description=(
            "`created`, `changed`, `archived`, `restored`, `handed_over`, `merged`, `repointed` (it names the survivor "
            "of a merge now), `review_due`, or a step of the review: `submitted`, `withdrawn`, `published`, "
            "`sent_back`, `rejected`, `reopened`, `confirmed`. `unrecorded`: from before revisions were kept."
        ),
        examples=["published"],
    )
    status: str = Field(description="The record's status from then on.", examples=["published"])
    at: AwareDatetime
    partner: OwnerRefRead | None = Field(description="Whose key it was; null: a command of the association's.")
    key_id: str | None = Field(description="The key's public id, for the record's owner and moderators only.")
    reason: str | None


class RevisionPage(PageRead):
    """A page of a record's versions, the newest first."""

    items: list[RevisionRead]


class RevisionDocumentRead(RevisionRead):
    """A version with what it said."""

    document: dict[str, Any] = Field(
        description=(
            "The record as it was written: as the body of a POST, with ids for references and `{text, origin}` for "
            "each language of a text."
        )
    )


class DifferenceRead(BaseModel):
    """A place where two versions differ; null on one side: it is not there."""

    model_config = ConfigDict(serialize_by_alias=True)

    pointer: str = Field(
        description=(
            "JSON pointer (RFC 6901); the member of a list that has an id is named by it instead of its place, another "
            "one by its place in the version that has it."
        ),
        examples=["/summary/fr/text"],
    )
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")


class DiffRead(BaseModel):
    """How one version became another."""

    model_config = ConfigDict(serialize_by_alias=True)

    before: int = Field(alias="from", description="The version in the path.")
    after: int = Field(alias="to")
    differences: list[DifferenceRead]
