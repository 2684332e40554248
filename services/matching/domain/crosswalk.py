"""Which themes answer which problems.

Every row of `crosswalk.jsonl` is our own judgement, with its reason in English, French and Arabic; none is a sourced
fact. Problem codes are those of the vocabulary `problems`, theme codes those of `themes`. A statement's own theme goes
before this table: whoever stated the problem said there where the answer lies.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.matching.domain.profile import Need, Statement, Text

ORIGINAL = "en"
"""The language in which the reasons were written."""


class Relation(StrEnum):
    """How a theme answers a problem."""

    STATED = "stated"
    """The statement of the problem carries this theme itself."""
    DIRECT = "direct"
    """An initiative on the theme acts on the problem itself."""
    CONTRIBUTES = "contributes"
    """It acts on one cause or one consequence of the problem."""


STRENGTH: Mapping[Relation, float] = {
    Relation.STATED: 1.0,
    Relation.DIRECT: 1.0,
    Relation.CONTRIBUTES: 0.5,
}
"""Share of an initiative's experience that counts for the problem (no unit). Half for one cause or consequence:
two such initiatives weigh what one does that acts on the problem itself."""

BROADER_SHARE = 0.5
"""Share that is left when an initiative only carries a broader theme than the one that answers: "waste" may or may
not be "composting". The other way round nothing is lost: composting is about waste."""


@dataclass(frozen=True, slots=True)
class Link:
    """One judgement: initiatives on `theme` answer `problem`."""

    problem: str
    theme: str
    relation: Relation
    reason: Text


def _links() -> tuple[Link, ...]:
    lines = Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_link(**json.loads(line)) for line in lines)


def _link(problem: str, theme: str, relation: str, reason: Mapping[str, str]) -> Link:
    """The English reasons are ours; the others were translated by a program, and say so."""
    texts: Text = {
        lang: {"text": text, "origin": "original" if lang == ORIGINAL else "machine"} for lang, text in reason.items()
    }
    return Link(problem, theme, Relation(relation), texts)


LINKS: tuple[Link, ...] = _links()


def links_of(problem: str) -> tuple[Link, ...]:
    """The judgements on what answers `problem`; none for a code that this table does not know."""
    return BY_PROBLEM.get(problem, ())


BY_PROBLEM: Mapping[str, tuple[Link, ...]] = {
    problem: tuple(link for link in LINKS if link.problem == problem)
    for problem in dict.fromkeys(link.problem for link in LINKS)
}


def needs_of(statements: Iterable[Statement]) -> tuple[Need, ...]:
    """The needs behind a territory's statements: one per problem code, one per theme where no code fits.

    A statement with neither problem nor theme names no subject, and makes no need.
    """
    stated: dict[tuple[str | None, str | None], set[str]] = {}
    for statement in statements:
        if statement.problem is None and statement.theme is None:
            continue
        key = (statement.problem, None if statement.problem else statement.theme)
        stated.setdefault(key, set()).update({statement.theme} if statement.theme else ())
    return tuple(_need(problem, themes) for (problem, _), themes in stated.items())


def _need(problem: str | None, stated: Collection[str]) -> Need:
    """Stated themes stand first: where two answer equally well, what was said goes before our judgement."""
    judged = {link.theme: STRENGTH[link.relation] for link in (links_of(problem) if problem else ())}
    return Need(
        problem,
        (
            *((theme, STRENGTH[Relation.STATED]) for theme in sorted(stated)),
            *((theme, strength) for theme, strength in sorted(judged.items()) if theme not in stated),
        ),
    )


def relation_of(need: Need, theme: str, statements: Sequence[Statement]) -> tuple[Relation, Text | None]:
    """How `theme` answers a need of `statements`, and our reason when it is this table that says so."""
    if any(statement.theme == theme for statement in statements):
        return Relation.STATED, None
    link = next(link for link in links_of(need.problem or "") if link.theme == theme)
    return link.relation, link.reason
