"""Why records are not merged, as problem documents."""

from collections.abc import Sequence

from pydantic import ValidationError

from services.common.problems import CONFLICT, FieldError, Problem, invalid


def not_published(kind: str, into: str) -> Problem:
    """There is no such record, or not for everybody."""
    context = {"kind": kind, "value": into}
    detail = "no published {kind} is called '{value}'".format(**context)
    code = "unknown_territory" if kind == "territory" else "unknown_record"
    return invalid([FieldError(pointer="/into", detail=detail, code=code, context=context)])


def into_itself() -> Problem:
    """A record was to be merged into itself, or into one that was merged into it."""
    return invalid([FieldError(pointer="/into", detail="this is the record itself", code="itself")])


def too_many(most: int) -> Problem:
    """More records name it than one transaction should rewrite."""
    return Problem(
        CONFLICT,
        {
            "en": "More than {most} records name this one. Merge the other way round, or have some of them name the "
            "other one first.",
            "fr": "Plus de {most} fiches nomment celle-ci. Fusionnez dans l'autre sens, ou faites d'abord nommer "
            "l'autre par une partie d'entre elles.",
            "ar": "يشير أكثر من {most} سجل إلى هذا السجل. ادمج في الاتجاه المعاكس، أو اجعل بعضها يشير إلى الآخر أولًا.",
        },
        {"most": most},
    )


def changed_meanwhile() -> Problem:
    """Somebody began to name the record, or took the other one away, between the looking and the locking."""
    return Problem(
        CONFLICT,
        {
            "en": "Records that take part in this were changed just now. Try again.",
            "fr": "Des fiches concernées viennent d'être modifiées. Réessayez.",
            "ar": "عُدّلت للتو سجلات معنية. أعد المحاولة.",
        },
    )


def would_be_nonsense(collection: str, slug: str, errors: Sequence[FieldError]) -> Problem:
    """A record that names both, or the one, would break a rule of its kind."""
    return Problem(
        CONFLICT,
        {
            "en": "{record} names this record and would not be valid any more; see 'errors'. Change it first.",
            "fr": "{record} nomme cette fiche et ne serait plus valide ; voir « errors ». Modifiez-la d'abord.",
            "ar": "{record} يشير إلى هذا السجل ولن يبقى صالحًا؛ انظر 'errors'. عدّله أولًا.",
        },
        {"record": f"{collection}/{slug}"},
        errors=errors,
        extensions={"record": {"collection": collection, "slug": slug}},
    )


def field_errors(error: ValidationError) -> list[FieldError]:
    """What a model finds wrong, as field errors."""
    return [
        FieldError(
            pointer="".join(f"/{part}" for part in item["loc"]),
            detail=item["msg"],
            code=item["type"],
            context=item.get("ctx", {}),
        )
        for item in error.errors()
    ]
