"""Whether codes are in their vocabularies."""

from collections.abc import Iterable, Mapping, Sequence

from services.catalog.vocabularies.repository import VocabularyState
from services.common.problems import FieldError, unknown_code

Vocabularies = Mapping[str, VocabularyState]


def code_errors(
    vocabularies: Vocabularies, vocabulary: str, codes: Iterable[tuple[str, str | None]]
) -> list[FieldError]:
    """An error for each (pointer, code) whose code the vocabulary does not hold."""
    known = vocabularies[vocabulary].labels
    return [
        FieldError(pointer=pointer, detail=f"'{code}' is not in the vocabulary '{vocabulary}'", code="unknown_code")
        for pointer, code in codes
        if code is not None and code not in known
    ]


def check_parameter(vocabularies: Vocabularies, vocabulary: str, name: str, codes: Sequence[str]) -> list[str]:
    """The codes of a filter and all that is narrower; raises `Problem` (400) for an unknown one."""
    known = vocabularies[vocabulary]
    for code in codes:
        if code not in known.labels:
            raise unknown_code(name, code, list(known.labels))
    return known.with_narrower(codes)
