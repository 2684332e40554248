"""Whether codes are in their vocabularies."""

from collections.abc import Iterable, Mapping, Sequence

from services.catalog.vocabularies.repository import VocabularyState
from services.common.problems import FieldError, unknown_code

Vocabularies = Mapping[str, VocabularyState]


def labels_of(vocabularies: Vocabularies, vocabulary: str) -> Mapping[str, Mapping[str, str]]:
    """The vocabulary's labels by code; none before it has been loaded."""
    found = vocabularies.get(vocabulary)
    return found.labels if found else {}


def code_errors(
    vocabularies: Vocabularies, vocabulary: str, codes: Iterable[tuple[str, str | None]]
) -> list[FieldError]:
    """An error for each (pointer, code) whose code the vocabulary does not hold."""
    known = labels_of(vocabularies, vocabulary)
    return [
        unknown_term(pointer, vocabulary, code) for pointer, code in codes if code is not None and code not in known
    ]


def unknown_term(pointer: str, vocabulary: str, code: str) -> FieldError:
    """The error of a member whose code the vocabulary does not hold."""
    context = {"value": code, "allowed": f"/catalog/v1/vocabularies/{vocabulary}"}
    detail = f"'{code}' is not in the vocabulary '{vocabulary}'"
    return FieldError(pointer=pointer, detail=detail, code="unknown_code", context=context)


def check_parameter(vocabularies: Vocabularies, vocabulary: str, name: str, codes: Sequence[str]) -> list[str]:
    """The codes of a filter and all that is narrower; raises `Problem` (400) for an unknown one."""
    known = labels_of(vocabularies, vocabulary)
    for code in codes:
        if code not in known:
            raise unknown_code(name, code, list(known))
    return vocabularies[vocabulary].with_narrower(codes) if codes else []
