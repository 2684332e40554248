"""From a ranking and its explanations to what a reader gets."""

from collections.abc import Iterable

from services.matching.domain.explanation import (
    Answered,
    Brought,
    Explanation,
    Missing,
    Of,
    SharedProblem,
)
from services.matching.domain.profile import Cooperation, Statement, TerritoryProfile
from services.matching.domain.ranking import Score
from services.matching.matches import wording
from services.matching.matches.reader import Reader, sources_read
from services.matching.matches.reasons import reasons
from services.matching.matches.schemas import (
    AnsweredRead,
    BroughtRead,
    CooperationRead,
    CriterionRead,
    LinksRead,
    MatchRead,
    MissingRead,
    NetworkRead,
    PartnerRead,
    SharedProblemRead,
    StatementRead,
)


def match_read(
    seeker: TerritoryProfile,
    candidate: TerritoryProfile,
    score: Score,
    explanation: Explanation,
    stating_any: int,
    reader: Reader,
) -> MatchRead:
    """One match with every reason for it."""
    said = reasons(seeker, candidate, explanation, stating_any, reader)
    networks = {m.network_id: m for m in seeker.territory.memberships}
    return MatchRead(
        territory=reader.territory(candidate),
        score=score.total,
        coverage=score.coverage,
        criteria=[
            CriterionRead(
                criterion=part.criterion,
                value=None if part.value is None else round(part.value, 4),
                weight=part.weight,
                contribution=part.contribution,
                reason=said[part.criterion],
            )
            for part in score.parts
        ],
        shared_problems=[_shared(shared, reader) for shared in explanation.shared],
        brings_to_seeker=[_brought(brought, reader) for brought in explanation.for_seeker],
        brings_to_candidate=[_brought(brought, reader) for brought in explanation.for_candidate],
        links=LinksRead(
            cooperations=_cooperations(explanation, reader),
            networks=[
                NetworkRead(id=network, slug=networks[network].slug, name=reader.network(networks[network]))
                for network in explanation.networks
            ],
        ),
        missing=missing_read(explanation.missing, seeker, candidate, reader),
    )


def partner_read(
    seeker: TerritoryProfile, partner: TerritoryProfile, explanation: Explanation, reader: Reader
) -> PartnerRead:
    """A partner that there already is, and which facts are missing for a ranking."""
    return PartnerRead(
        territory=reader.territory(partner),
        cooperations=_cooperations(explanation, reader),
        missing=missing_read(explanation.missing, seeker, partner, reader),
    )


def missing_read(
    missing: Iterable[Missing], seeker: TerritoryProfile, candidate: TerritoryProfile | None, reader: Reader
) -> list[MissingRead]:
    """Missing facts, each with what it would change."""
    return [
        MissingRead(
            fact=entry.fact,
            of=entry.of.value,
            criteria=list(entry.criteria),
            weight=entry.weight,
            territories=entry.territories,
            text=_missing_text(entry, candidate if entry.of is Of.CANDIDATE else seeker, reader),
        )
        for entry in missing
    ]


def _missing_text(missing: Missing, whose: TerritoryProfile | None, reader: Reader) -> str:
    name = reader.name(whose) if whose is not None else ""
    fact = wording.say(wording.MISSING[missing.fact], reader.lang, name=name)
    if not missing.criteria:
        return fact
    percent = round(100 * missing.weight)
    if missing.territories is None:
        return f"{fact} {wording.say(wording.EFFECT, reader.lang, percent=percent)}"
    territories = wording.counted(missing.territories, reader.lang)
    effect = wording.say(wording.EFFECT_FOR_SEEKER, reader.lang, percent=percent, territories=territories)
    return f"{fact} {effect}"


def _shared(shared: SharedProblem, reader: Reader) -> SharedProblemRead:
    return SharedProblemRead(
        problem=reader.code("problems", shared.problem),
        rarity_bits=round(shared.rarity_bits, 2),
        stated_by_territories=shared.stated_by_territories,
        seeker=[_statement(statement, reader) for statement in shared.seeker],
        candidate=[_statement(statement, reader) for statement in shared.candidate],
    )


def _statement(statement: Statement, reader: Reader) -> StatementRead:
    return StatementRead(
        id=statement.id,
        theme=reader.maybe_code("themes", statement.theme),
        severity=statement.severity,
        evidence=reader.text(statement.evidence),
        stated_by=statement.stated_by,
        year=statement.year,
        sources=sources_read(statement.sources),
    )


def _brought(brought: Brought, reader: Reader) -> BroughtRead:
    initiative = brought.initiative
    return BroughtRead(
        id=initiative.id,
        slug=initiative.slug,
        title=reader.title(initiative.title),
        themes=reader.codes("themes", initiative.themes),
        maturity=reader.maybe_code("maturities", initiative.maturity),
        start_year=initiative.start_year,
        end_year=initiative.end_year,
        url=initiative.url,
        answers=[_answered(answered, reader) for answered in brought.answers],
        sources=sources_read(initiative.sources),
    )


def _answered(answered: Answered, reader: Reader) -> AnsweredRead:
    theme = f"«\N{NO-BREAK SPACE}{reader.label('themes', answered.theme)}\N{NO-BREAK SPACE}»"
    if reader.lang != "fr":
        theme = f"“{reader.label('themes', answered.theme)}”"
    return AnsweredRead(
        problem=reader.maybe_code("problems", answered.need.problem),
        theme=reader.code("themes", answered.theme),
        relation=answered.relation,
        judgement=reader.text(answered.judgement) if answered.judgement else None,
        fit=round(answered.fit, 4),
        reason=wording.say(wording.RELATION[answered.relation], reader.lang, theme=theme),
    )


def _cooperations(explanation: Explanation, reader: Reader) -> list[CooperationRead]:
    return [_cooperation(cooperation, reader) for cooperation in explanation.cooperations]


def _cooperation(cooperation: Cooperation, reader: Reader) -> CooperationRead:
    return CooperationRead(
        id=cooperation.id,
        slug=cooperation.slug,
        title=reader.title(cooperation.title),
        description=reader.text(cooperation.description),
        themes=reader.codes("themes", cooperation.themes),
        devices=reader.codes("devices", cooperation.devices),
        stage=reader.maybe_code("cooperation_stages", cooperation.stage),
        start_year=cooperation.start_year,
        end_year=cooperation.end_year,
        sources=sources_read(cooperation.sources),
    )
