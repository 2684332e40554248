"""One sentence per criterion: why its value is what it is."""

from collections.abc import Mapping, Sequence

from services.matching.domain.criteria import Criterion, own_population
from services.matching.domain.explanation import Explanation
from services.matching.domain.profile import TerritoryProfile
from services.matching.matches import wording
from services.matching.matches.reader import Reader


def reasons(
    seeker: TerritoryProfile,
    candidate: TerritoryProfile,
    explanation: Explanation,
    stating_any: int,
    reader: Reader,
) -> Mapping[Criterion, str]:
    """A sentence for each criterion, in the language of the labels. `stating_any`: territories with problems."""
    return {
        Criterion.SHARED_PROBLEMS: _shared(seeker, candidate, explanation, stating_any, reader),
        Criterion.EXPERIENCE_FOR_SEEKER: _experience(
            seeker, candidate, explanation.answered_for_seeker, explanation.needs_of_seeker, reader
        ),
        Criterion.EXPERIENCE_FOR_CANDIDATE: _experience(
            candidate, seeker, explanation.answered_for_candidate, explanation.needs_of_candidate, reader
        ),
        Criterion.EXISTING_LINKS: _links(seeker, explanation, reader),
        Criterion.SCALE: _scale(seeker, candidate, reader),
    }


def _shared(
    seeker: TerritoryProfile,
    candidate: TerritoryProfile,
    explanation: Explanation,
    stating_any: int,
    reader: Reader,
) -> str:
    for profile in (seeker, candidate):
        if not profile.problems:
            return wording.say(wording.NO_PROBLEMS, reader.lang, name=reader.name(profile))
    if not explanation.shared:
        return wording.say(wording.SHARED_NONE, reader.lang)
    return wording.say(
        wording.SHARED if len(explanation.shared) > 1 else wording.SHARED_ONE,
        reader.lang,
        problems=wording.listed([reader.label("problems", s.problem) for s in explanation.shared], reader.lang),
        stating=explanation.shared[0].stated_by_territories,
        all=wording.counted(stating_any, reader.lang),
    )


def _experience(receiver: TerritoryProfile, giver: TerritoryProfile, answered: int, needs: int, reader: Reader) -> str:
    if not receiver.needs:
        return wording.say(wording.NO_PROBLEMS, reader.lang, name=reader.name(receiver))
    if not giver.initiatives:
        return wording.say(wording.NO_INITIATIVES, reader.lang, name=reader.name(giver))
    sentence = wording.EXPERIENCE if answered else wording.EXPERIENCE_NONE
    names = {"giver": reader.name(giver), "receiver": reader.name(receiver)}
    return wording.say(sentence, reader.lang, answered=answered, all=needs, **names)


def _links(seeker: TerritoryProfile, explanation: Explanation, reader: Reader) -> str:
    said: list[str] = []
    if explanation.cooperations:
        stages = [_stage(cooperation.stage, reader) for cooperation in explanation.cooperations]
        titles = [reader.title(cooperation.title).text for cooperation in explanation.cooperations]
        each = [f"{title} ({stage})" for title, stage in zip(titles, stages, strict=True)]
        said.append(wording.say(wording.COOPERATING, reader.lang, cooperations=wording.listed(each, reader.lang)))
    if explanation.networks:
        names = {m.network_id: reader.network(m) for m in seeker.territory.memberships}
        networks: Sequence[str] = [names[network] for network in explanation.networks]
        said.append(wording.say(wording.NETWORKED, reader.lang, networks=wording.listed(networks, reader.lang)))
    return " ".join(said) or wording.say(wording.NO_LINK, reader.lang)


def _stage(stage: str | None, reader: Reader) -> str:
    if stage is None:
        return wording.say(wording.STAGE_UNKNOWN, reader.lang)
    return reader.label("cooperation_stages", stage)


def _scale(seeker: TerritoryProfile, candidate: TerritoryProfile, reader: Reader) -> str:
    populations = {profile.id: own_population(profile.territory) for profile in (seeker, candidate)}
    unknown = [reader.name(p) for p in (seeker, candidate) if populations[p.id] is None]
    first, second = populations[seeker.id], populations[candidate.id]
    if first is None or second is None:
        return wording.say(wording.NO_SCALE, reader.lang, names=wording.listed(unknown, reader.lang))
    return wording.say(
        wording.SCALE,
        reader.lang,
        seeker=reader.name(seeker),
        seeker_population=wording.counted(first.value, reader.lang),
        seeker_kind=reader.label("territory_kinds", seeker.territory.kind),
        candidate=reader.name(candidate),
        candidate_population=wording.counted(second.value, reader.lang),
        candidate_kind=reader.label("territory_kinds", candidate.territory.kind),
    )
