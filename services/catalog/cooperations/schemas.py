"""Cooperations as clients write them."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.catalog.records.schemas import (
    ActorWrite,
    Device,
    MonthOrDay,
    PhaseWrite,
    RecordWrite,
    Sources,
    SourceWrite,
    Stage,
    TerritoryName,
    TextWrite,
    Theme,
    Themes,
)
from services.catalog.records.shapes import Coded
from services.common.schemas import Code, Slug, StrictModel, WebAddress, Year, ends_before_start


class PartyWrite(StrictModel):
    """A territory that takes part, in the order in which the source names them."""

    territory: TerritoryName
    role: Annotated[Code, Coded("party_roles")] | None = None


class DeviceWrite(StrictModel):
    """A device of international action that frames the cooperation, with the sources that say so."""

    device: Device
    sources: Sources


class CooperationPhaseWrite(PhaseWrite):
    """A phase of a cooperation, called as the source calls it (`Phase 2`, `Part 3`)."""

    stage: Stage | None = None


class ExchangeWrite(StrictModel):
    """Who brings what to whom: a cooperation goes both ways, each exchange one way."""

    from_territory: TerritoryName
    to_territory: TerritoryName
    theme: Theme | None = None
    form: Annotated[Code, Coded("exchange_forms")] | None = None
    date: MonthOrDay | None = None
    statement: TextWrite | None = None
    sources: Sources

    @model_validator(mode="after")
    def goes_somewhere(self) -> Self:
        """Nobody brings something to himself."""
        if self.from_territory == self.to_territory:
            code = "same_territory"
            raise PydanticCustomError(code, "from_territory and to_territory are the same")
        return self


class ActionWrite(StrictModel):
    """What is done in the cooperation."""

    kind: Annotated[Code, Coded("cooperation_action_kinds")] | None = None
    statement: TextWrite | None = None
    stage: Stage | None = None
    due: MonthOrDay | None = None


class AgreementWrite(StrictModel):
    """What the parties signed."""

    type: Device | None = Field(None, description="Code of `devices`.")
    first_signed: Year | None = None
    url: WebAddress | None = None


class CooperationWrite(RecordWrite):
    """A cooperation as it is written. One party only while it is an idea or under study."""

    slug: Slug = Field(examples=["montpellier-fes"])
    title: TextWrite
    parties: Annotated[list[PartyWrite], Field(min_length=1, max_length=50)]
    themes: Themes = Field(default_factory=list)
    devices: Annotated[list[DeviceWrite], Field(max_length=10)] = Field(
        default_factory=list, description="A set: sources may name different ones for the same cooperation."
    )
    purpose: TextWrite | None = None
    stage: Stage | None = None
    start_year: Year | None = None
    end_year: Year | None = None
    description: TextWrite
    phases: Annotated[list[CooperationPhaseWrite], Field(max_length=50)] = Field(default_factory=list)
    exchanges: Annotated[list[ExchangeWrite], Field(max_length=100)] = Field(default_factory=list)
    actions: Annotated[list[ActionWrite], Field(max_length=50)] = Field(default_factory=list)
    actors: Annotated[list[ActorWrite], Field(max_length=50)] = Field(
        default_factory=list, description="Who operates it, funds it, accompanies it."
    )
    agreement: AgreementWrite | None = None
    pat_relations: Annotated[list[Annotated[Code, Coded("pat_relations")]], Field(max_length=5)] = Field(
        default_factory=list, description="How it stands to the food project (PAT) of a party; a set."
    )
    models: Annotated[list[Annotated[Code, Coded("cooperation_models")]], Field(max_length=5)] = Field(
        default_factory=list
    )
    distance: Annotated[Code, Coded("cooperation_distances")] | None = None
    rationale: TextWrite | None = Field(None, description="Why these parties chose each other.")
    sources: Annotated[list[SourceWrite], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def names_each_once(self) -> Self:
        """A territory takes part once, and nothing ends before it starts."""
        parties = [party.territory for party in self.parties]
        if len(set(parties)) < len(parties):
            code = "named_twice"
            raise PydanticCustomError(code, "a territory is named twice")
        ends_before_start(self.start_year, self.end_year)
        return self
