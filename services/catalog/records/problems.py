"""What can be wrong with the write of a record, as problem documents."""

from collections.abc import Mapping, Sequence

from sqlalchemy.exc import IntegrityError

from services.common.problems import CONFLICT, GONE, FieldError, Problem, invalid

BROKEN_RULES: Mapping[str, tuple[str, str, str]] = {
    "cooperation_parties": ("/parties", "one_party", "two parties or more, from the stage 'agreed' on"),
    "lineage_without_cycle": ("/inspired_by", "lineage_cycle", "an initiative would descend from itself"),
    "priority_action_grounded": ("/findings", "ungrounded", "a priority action names a finding or a workshop"),
    "cooperation_years": ("/end_year", "ends_before_start", "end_year is before start_year"),
    "programme_years": ("/end_year", "ends_before_start", "end_year is before start_year"),
    "funding_call_days": ("/closes", "closes_before_opening", "closes is before opens"),
    "initiative_years": ("/end_year", "ends_before_start", "end_year is before start_year"),
}
"""The database's rules: constraint → pointer, code and detail of the field error."""


def broken_rule(error: IntegrityError) -> Problem | None:
    """The problem (422) for a rule of the database that a record breaks; None for any other error."""
    constraint = getattr(error.orig.__cause__, "constraint_name", None) if error.orig else None
    if not isinstance(constraint, str) or constraint not in BROKEN_RULES:
        return None
    pointer, code, detail = BROKEN_RULES[constraint]
    return invalid([FieldError(pointer=pointer, detail=detail, code=code)])


def slug_taken(slug: str) -> Problem:
    """Another record, perhaps an archived one, has this slug or had it."""
    return Problem(
        CONFLICT,
        {
            "en": "The slug '{slug}' is taken, perhaps by an archived record. A moderator can release it.",
            "fr": "L'identifiant « {slug} » est déjà pris, peut-être par une fiche archivée. La modération peut le "
            "libérer.",
            "ar": "المعرّف '{slug}' مستخدم، ربما من سجل مؤرشف. يمكن لمشرف تحريره.",
        },
        {"slug": slug},
        errors=[FieldError(pointer="/slug", detail="taken", code="taken")],
    )


def gone(reason: str | None) -> Problem:
    """The record was archived."""
    return Problem(
        GONE,
        {
            "en": "This record was archived. Reason: {reason}",
            "fr": "Cette fiche a été archivée. Motif : {reason}",
            "ar": "تمت أرشفة هذا السجل. السبب: {reason}",
        },
        {"reason": reason or "–"},
        extensions={"reason": reason},
    )


def in_use(users: Sequence[Mapping[str, str]], count: int) -> Problem:
    """Published records name this one: they would point to nothing. `users` are the first of them."""
    named = ", ".join(f"{user['kind']}/{user['slug']}" for user in users)
    return Problem(
        CONFLICT,
        {
            "en": "{count} published record(s) name this one: {named}. Change or archive them first, or merge.",
            "fr": "{count} fiche(s) publiée(s) nomment celle-ci : {named}. Modifiez-les ou archivez-les d'abord, ou "
            "fusionnez.",
            "ar": "عدد السجلات المنشورة التي تشير إلى هذا السجل: {count} ({named}). عدّلها أو أرشفها أولًا، أو ادمجها.",
        },
        {"count": count, "named": named},
        extensions={"named_by": list(users)},
    )
