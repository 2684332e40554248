"""Rows of the data set's files, as they are written there; see `data/README.md`."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from services.catalog.cooperations.schemas import (
    ActionWrite,
    AgreementWrite,
    CooperationPhaseWrite,
    DeviceWrite,
    ExchangeWrite,
)
from services.catalog.initiatives.schemas import MoneyWrite, ResultWrite, TransferWrite
from services.catalog.records.schemas import ActorWrite, TextWrite
from services.catalog.territories.schemas import CooperationAssessmentWrite, FoodProjectWrite, ReadinessWrite
from services.common.schemas import (
    Code,
    CountryCode,
    LanguageTag,
    Line,
    Prose,
    Slug,
    StrictModel,
    WebAddress,
    Whole,
    Year,
)

Label = dict[LanguageTag, Line]


class SourceRow(StrictModel):
    """Where a statement comes from."""

    title: Line
    address: WebAddress | None


Sources = Annotated[list[SourceRow], Field(min_length=1)]


class ChallengeRow(StrictModel):
    """A problem that a source states for a territory."""

    problem: Code | None
    theme: Code | None
    severity: Annotated[Whole, Field(ge=1, le=3)] | None
    evidence: Prose
    evidence_lang: LanguageTag
    source: SourceRow


class TerritoryRow(StrictModel):
    """A line of `territories.jsonl`."""

    slug: Slug
    name: Line
    name_fr: Line
    name_en: Line
    name_ar: Line | None
    kind: Code
    country_code: CountryCode
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    coord_note: Line | None
    population: Annotated[Whole, Field(ge=0, le=2_000_000_000)] | None
    population_year: Year | None
    population_scope: Literal["territory", "main_city", "populated_place"] | None
    population_source: Line | None
    networks: list[Slug]
    has_pat: Literal[True] | None
    challenges: list[ChallengeRow]
    sources: Sources


class YearsRow(StrictModel):
    """What begins and ends: not before it begins."""

    start_year: Year | None
    end_year: Year | None

    @field_validator("end_year", mode="after")
    @classmethod
    def ends_after_it_starts(cls, end_year: int | None, row: ValidationInfo) -> int | None:
        """Refuse an end before the start."""
        start_year = row.data.get("start_year")
        if start_year and end_year and end_year < start_year:
            message = f"before start_year ({start_year})"
            raise ValueError(message)
        return end_year


class InitiativeRow(YearsRow):
    """A line of `initiatives.jsonl`."""

    slug: Slug
    title: Line
    summary: Prose
    summary_lang: LanguageTag
    territory: Slug
    themes: Annotated[list[Code], Field(min_length=1)]
    actor_name: Line | None
    actor_type: Code | None
    status: Code | None
    results: Prose | None
    results_lang: LanguageTag | None
    mufpp_category: Code
    url: WebAddress | None
    sources: Sources


class TranslationRow(StrictModel):
    """A line of `translations.jsonl`: an initiative's title and summary in another language."""

    slug: Slug
    lang: LanguageTag
    title: Line
    summary: Prose
    origin: Literal["machine", "human"]


class CooperationRow(YearsRow):
    """A line of `cooperations.jsonl`. `b` is null where a source names no partner yet."""

    slug: Slug
    a: Slug
    b: Slug | None
    themes: list[Code]
    device: Code | None
    status: Code | None
    note: Prose
    note_lang: LanguageTag
    sources: Sources

    @field_validator("b", mode="after")
    @classmethod
    def is_another_territory(cls, b: str | None, row: ValidationInfo) -> str | None:
        """Refuse a territory that cooperates with itself."""
        if b is not None and b == row.data.get("a"):
            message = "the same territory as a"
            raise ValueError(message)
        return b


class NetworkRow(StrictModel):
    """A line of `networks.jsonl`."""

    slug: Slug
    name: Line
    description: Prose
    description_lang: LanguageTag
    kind: Code
    start_year: Year | None
    sources: Sources


class CrosswalkRow(StrictModel):
    """A line of `crosswalk.jsonl`: what another scheme's code is called here."""

    scheme: Line
    vocabulary: Code
    code: Code
    target: Code | None
    relation: Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch"] | None
    note: Line | None


class MatchRow(StrictModel):
    """The same or a near term in another scheme."""

    scheme: Line
    code: Line
    relation: Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]


class TermRow(StrictModel):
    """A term of a vocabulary."""

    code: Code
    label: Label
    alt_labels: dict[LanguageTag, list[Line]] = {}
    broader: list[Code] = []
    mufpp_category: Code | None = None
    definition: Label | None = None
    matches: list[MatchRow] = []


class VocabularyFile(StrictModel):
    """A file of `vocabularies/`."""

    name: Code
    label: Label
    definition: Label | None = None
    source: Line | None = None
    terms: Annotated[list[TermRow], Field(min_length=1)]


class ActorRow(StrictModel):
    """Who takes part in an initiative, and as what."""

    organization: Slug | None = None
    name: Line | None = None
    role: Code


class InitiativeSupplement(StrictModel):
    """A line of `initiatives_seed.jsonl`: more of an initiative of `initiatives.jsonl`, or one that is not there."""

    slug: Slug
    title: TextWrite | None = None
    summary: TextWrite | None = None
    territory: Slug | None = None
    themes: list[Code] = []
    carriers: list[ActorRow] = []
    sector: Code | None = None
    kind: Code | None = None
    maturity: Code | None = None
    start_year: Year | None = None
    end_year: Year | None = None
    results: list[ResultWrite] = []
    lessons_of_failure: TextWrite | None = None
    money: list[MoneyWrite] = []
    mufpp_category: Code | None = None
    mufpp_actions: list[Code] = []
    sdg_targets: list[Code] = []
    inspired_by: list[Slug] = []
    adapted_from: list[Slug] = []
    transferred_to: list[TransferWrite] = []
    licence: Line | None = None
    url: WebAddress | None = None
    sources: Sources


class CooperationSupplement(StrictModel):
    """A line of `cooperations_seed.jsonl`: more of a cooperation of `cooperations.jsonl`; `parties` gives roles."""

    slug: Slug
    title: TextWrite | None = None
    stage: Code | None = None
    purpose: TextWrite | None = None
    devices: list[DeviceWrite] = []
    phases: list[CooperationPhaseWrite] = []
    exchanges: list[ExchangeWrite] = []
    actions: list[ActionWrite] = []
    actors: list[ActorWrite] = []
    agreement: AgreementWrite | None = None
    pat_relations: list[Code] = []
    rationale: TextWrite | None = None
    parties: dict[Slug, Code] = {}
    sources: Sources


class TerritorySupplement(StrictModel):
    """A line of `territories_seed.jsonl`: more of a territory of `territories.jsonl`."""

    slug: Slug
    readiness: ReadinessWrite | None = None
    food_projects: list[FoodProjectWrite] | None = None
    cooperation_assessments: list[CooperationAssessmentWrite] | None = None
    sources: Sources
