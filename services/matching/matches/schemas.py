"""What the routes answer. Codes come with labels, texts with their language."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.common.schemas import CodeRead, SourceRead, TextRead


class Answer(BaseModel):
    """Base of what is answered: built here, so nothing unknown slips in."""

    model_config = ConfigDict(extra="forbid")


class PointRead(Answer):
    """A GeoJSON point in WGS 84: longitude, latitude."""

    type: Literal["Point"]
    coordinates: list[float]


class TerritoryRead(Answer):
    """A territory, as far as one needs to recognise it; the catalog has the whole of it."""

    id: str
    slug: str = Field(examples=["montpellier"])
    name: TextRead
    kind: CodeRead
    country_code: str = Field(examples=["FR"])
    point: PointRead | None


class CriterionRead(Answer):
    """One criterion of a score: `contribution` = `weight` × `value`."""

    criterion: str = Field(
        description="`shared_problems`, `experience_for_seeker` (the candidate's, for the seeker's problems), "
        "`experience_for_candidate`, `existing_links`, `scale`. More may follow.",
        examples=["shared_problems"],
    )
    value: float | None = Field(ge=0, le=1, description="Null: the facts do not allow it. That is not zero.")
    weight: float = Field(ge=0, le=1, description="Share of the score; all weights sum to 1.")
    contribution: float = Field(
        ge=0,
        le=1,
        description="What it adds to the score. Where `value` is null: `weight` × what the criterion is worth between "
        "two territories on average.",
    )
    reason: str = Field(description="A sentence in the language of the labels.")


class StatementRead(Answer):
    """What is stated of a problem in one territory, and where that comes from."""

    id: str
    theme: CodeRead | None
    severity: int | None = Field(description="1 to 3, null where nobody graded it.")
    evidence: TextRead | None
    stated_by: str | None
    year: int | None
    sources: list[SourceRead]


class SharedProblemRead(Answer):
    """A problem that both territories state."""

    problem: CodeRead
    rarity_bits: float = Field(description="log2(1 + N/n), for n of N territories that state problems at all.")
    stated_by_territories: int
    seeker: list[StatementRead]
    candidate: list[StatementRead]


class AnsweredRead(Answer):
    """A problem of the receiving side that an initiative answers."""

    problem: CodeRead | None = Field(description="Null where the receiver's statement has a theme only.")
    theme: CodeRead = Field(description="The theme through which it answers.")
    relation: str = Field(
        description="`stated`: the statement of the problem names this theme. `direct`, `contributes`: our own "
        "judgement that the theme acts on the problem, or on one cause or consequence of it. More may follow."
    )
    judgement: TextRead | None = Field(description="Our reason, where the relation is our judgement.")
    fit: float = Field(gt=0, le=1, description="How well it answers: relation × maturity × age.")
    reason: str = Field(description="A sentence in the language of the labels.")


class BroughtRead(Answer):
    """An initiative of one side that the other could learn from, with where it is described."""

    id: str
    slug: str
    title: TextRead
    themes: list[CodeRead]
    maturity: CodeRead | None
    start_year: int | None
    end_year: int | None
    url: str | None
    answers: list[AnsweredRead]
    sources: list[SourceRead]


class CooperationRead(Answer):
    """A recorded cooperation that both take part in."""

    id: str
    slug: str
    title: TextRead
    description: TextRead | None
    themes: list[CodeRead]
    devices: list[CodeRead]
    stage: CodeRead | None
    start_year: int | None
    end_year: int | None
    sources: list[SourceRead]


class NetworkRead(Answer):
    """A network that both are in now."""

    id: str
    slug: str
    name: str


class LinksRead(Answer):
    """What ties the two already."""

    cooperations: list[CooperationRead]
    networks: list[NetworkRead]


class MissingRead(Answer):
    """A fact that is not recorded, and what it would change."""

    fact: str = Field(
        description="`problems`, `initiatives`, `population`, `link`, `on_theme`. More may follow.",
        examples=["problems"],
    )
    of: Literal["seeker", "candidate", "pair"] = Field(description="Whose fact it is.")
    criteria: list[str] = Field(description="The criteria that are not known without it.")
    weight: float = Field(ge=0, le=1, description="Share of the score that rests on them.")
    territories: int | None = Field(
        description="For the seeker's own facts: how many territories it could be compared with on them."
    )
    text: str = Field(description="What is missing and what it would change, in the language of the labels.")


class MatchRead(Answer):
    """One possible partner, and every reason for it."""

    territory: TerritoryRead
    score: float = Field(ge=0, le=1, description="The sum of the contributions. The same from either side.")
    coverage: float = Field(ge=0, le=1, description="Weight of the criteria that are known.")
    criteria: list[CriterionRead]
    shared_problems: list[SharedProblemRead] = Field(description="The rarest first.")
    brings_to_seeker: list[BroughtRead] = Field(
        description="Initiatives of this territory for the seeker's problems, best first, at most 3; each is chosen "
        "for what those before it leave open."
    )
    brings_to_candidate: list[BroughtRead] = Field(
        description="The seeker's initiatives for this territory's problems."
    )
    links: LinksRead
    missing: list[MissingRead]


class LeftOutRead(Answer):
    """The territories (of the countries asked for) that are no matches."""

    nothing_in_common: int = Field(description="Those with facts, none of which meets the seeker's.")
    without_facts: int = Field(description="Those of which neither a problem nor an initiative is recorded yet.")


class PartnerRead(Answer):
    """A territory that cooperates with this one already, and why it is not ranked."""

    territory: TerritoryRead
    cooperations: list[CooperationRead]
    missing: list[MissingRead] = Field(description="Empty where both have facts and nothing in them meets.")


class MatchesRead(Answer):
    """The best partners of a territory."""

    territory: TerritoryRead
    rules_version: str = Field(description="Scores compare only under one version.", examples=["2026-11.1"])
    rankable: bool = Field(
        description="False when the territory has neither a problem nor an initiative: then `items` is empty and "
        "`missing` says what would change that."
    )
    items: list[MatchRead]
    missing: list[MissingRead] = Field(description="Facts that are missing of the territory itself.")
    partners_not_ranked: list[PartnerRead] = Field(
        description="Territories that cooperate with it already and are no matches, mostly for want of facts; at most "
        "`limit` of them."
    )
    left_out: LeftOutRead | None = Field(description="Null when `rankable` is false.")


class StatusRead(Answer):
    """How far matching has followed the catalog."""

    rules_version: str
    territories: int
    initiatives: int
    cooperations: int
    rankable: int = Field(description="Territories with a stated problem or an initiative.", examples=[619])
    unreadable: int = Field(description="Records that this release cannot read; they are left out.")
    cursor: str | None = Field(description="Where in the catalog's change feed; null before the first snapshot.")
    behind: int | None = Field(description="Changes not yet taken in; null while the catalog does not answer.")
    seconds: float | None = Field(description="Age of the oldest of them, 0 when there is none.")
    last_error: str | None
    caught_up_at: str | None = Field(description="When the end of the feed was last reached (RFC 3339, UTC).")
