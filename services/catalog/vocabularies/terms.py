"""Changing vocabularies: a term's words and relations, and new terms. Codes stay; nothing is taken away."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.vocabularies.checks import unknown_term
from services.catalog.vocabularies.models import Vocabulary, VocabularyTerm
from services.catalog.vocabularies.schemas import TermContentWrite, TermWrite
from services.common.clock import now
from services.common.etags import require_match
from services.common.feed.writer import record_change
from services.common.merge_patch import patched
from services.common.problems import CONFLICT, FieldError, Problem, invalid, not_found

CONTENT = tuple(TermContentWrite.model_fields)


async def change_term(
    session: AsyncSession, name: str, code: str, if_match: str | None, patch: Mapping[str, Any]
) -> None:
    """Apply a merge patch to a term; one that changes nothing makes no version.

    Raises `Problem`: 404, 412 and 428 of If-Match on the vocabulary, 422 for a broader term that there is not, or that
    would make a circle.
    """
    vocabulary = await _lock(session, name)
    term = await session.get(VocabularyTerm, (name, code)) if "\0" not in code else None
    if term is None:
        raise not_found(code)
    require_match(if_match, vocabulary.version)
    former = TermContentWrite.model_validate({member: getattr(term, member) for member in CONTENT})
    written = patched(TermContentWrite, former.model_dump(mode="json"), patch)
    if written == former:
        return
    await _check(session, name, code, written)
    for member, value in written.model_dump(mode="json").items():
        setattr(term, member, value)
    term.changed_at = now()
    await _changed(session, vocabulary)


async def add_term(session: AsyncSession, name: str, written: TermWrite) -> None:
    """Add a term at the end of a vocabulary; raises `Problem`: 404, 409 for a code that it has, 422."""
    vocabulary = await _lock(session, name)
    if await session.get(VocabularyTerm, (name, written.code)) is not None:
        raise _code_taken(name, written.code)
    await _check(session, name, written.code, written)
    last = select(sa.func.coalesce(sa.func.max(VocabularyTerm.position), -1)).where(VocabularyTerm.vocabulary == name)
    position = (await session.exec(last)).one() + 1
    content = written.model_dump(mode="json")
    session.add(VocabularyTerm(vocabulary=name, position=position, changed_at=now(), **content))
    await _changed(session, vocabulary)


async def _lock(session: AsyncSession, name: str) -> Vocabulary:
    query = select(Vocabulary).where(Vocabulary.name == name).with_for_update()
    vocabulary = (await session.exec(query)).one_or_none() if "\0" not in name else None
    if vocabulary is None:
        raise not_found(name)
    return vocabulary


async def _changed(session: AsyncSession, vocabulary: Vocabulary) -> None:
    vocabulary.version += 1
    session.add(vocabulary)
    await session.flush()
    await record_change(session, "vocabulary.changed", vocabulary.id, vocabulary.version)


async def _check(session: AsyncSession, name: str, code: str, written: TermContentWrite) -> None:
    query = select(VocabularyTerm.code, VocabularyTerm.broader).where(VocabularyTerm.vocabulary == name)
    above = dict((await session.exec(query)).all()) | {code: written.broader}
    errors = broader_errors(name, code, above)
    if written.mufpp_category is not None:
        category = await session.get(VocabularyTerm, ("mufpp_categories", written.mufpp_category))
        if category is None:
            errors.append(unknown_term("/mufpp_category", "mufpp_categories", written.mufpp_category))
    if errors:
        raise invalid(errors)


def broader_errors(name: str, code: str, above: Mapping[str, Sequence[str]]) -> list[FieldError]:
    """What is wrong with the broader terms of `code`; `above` are those of every term, its own included."""
    errors = []
    for place, broader in enumerate(above[code]):
        pointer = f"/broader/{place}"
        if broader not in above:
            errors.append(unknown_term(pointer, name, broader))
        elif code in _all_above(broader, above):
            detail = f"'{broader}' is '{code}' or below it"
            errors.append(FieldError(pointer=pointer, detail=detail, code="broader_circle", context={"value": broader}))
    return errors


def _all_above(code: str, above: Mapping[str, Sequence[str]]) -> set[str]:
    found, left = {code}, [code]
    while left:
        further = [each for each in above.get(left.pop(), ()) if each not in found]
        found.update(further)
        left += further
    return found


def _code_taken(name: str, code: str) -> Problem:
    return Problem(
        CONFLICT,
        {
            "en": "'{name}' has the term '{code}' already: change it instead.",
            "fr": "« {name} » contient déjà le terme « {code} » : modifiez-le plutôt.",
            "ar": "تحتوي '{name}' على المصطلح '{code}' من قبل: عدّله بدلًا من ذلك.",
        },
        {"name": name, "code": code},
        errors=[FieldError(pointer="/code", detail="taken", code="taken")],
    )
