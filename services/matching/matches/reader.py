"""Codes, texts and names as one reader gets them."""

from collections.abc import Iterable, Mapping
from typing import cast

from services.common.languages import Languages
from services.common.schemas import CodeRead, SourceRead, TextRead
from services.matching.domain.profile import Membership, Source, TerritoryProfile, Text
from services.matching.matches.schemas import PointRead, TerritoryRead
from services.matching.profiles.facts import Labels

NO_TEXT = TextRead(text="", lang="und", origin="original")


class Reader:
    """Who reads: the languages wanted, every label there is, and the names of the networks by id."""

    def __init__(self, languages: Languages, labels: Mapping[str, Labels], networks: Mapping[str, str]) -> None:
        self.languages = languages
        self.lang = languages.label
        self._labels = labels
        self._networks = networks

    def text(self, text: Text) -> TextRead | None:
        """A text in the best language there is."""
        picked = self.languages.pick(text)
        return TextRead.model_validate(picked) if picked else None

    def title(self, text: Text) -> TextRead:
        """A name or a title, which every record has."""
        return self.text(text) or NO_TEXT

    def label(self, vocabulary: str, code: str) -> str:
        """A code's label, or the code itself while its vocabulary is not known."""
        return self._labels[vocabulary].get(code, {}).get(self.lang, code)

    def code(self, vocabulary: str, code: str) -> CodeRead:
        """A code with its label."""
        label = self._labels[vocabulary].get(code, {}).get(self.lang)
        return CodeRead(code=code, label=label, lang=self.lang if label else None)

    def maybe_code(self, vocabulary: str, code: str | None) -> CodeRead | None:
        """A code with its label, where there is one."""
        return self.code(vocabulary, code) if code is not None else None

    def codes(self, vocabulary: str, codes: Iterable[str]) -> list[CodeRead]:
        """Codes with their labels."""
        return [self.code(vocabulary, code) for code in codes]

    def name(self, profile: TerritoryProfile) -> str:
        """A territory's name, for a sentence."""
        return self.title(profile.territory.name).text

    def network(self, membership: Membership) -> str:
        """A network's name: as its own record has it now, else as it was when the membership was published."""
        return self._networks.get(membership.network_id, membership.name)

    def territory(self, profile: TerritoryProfile) -> TerritoryRead:
        """A territory, to be recognised by."""
        territory = profile.territory
        return TerritoryRead(
            id=territory.id,
            slug=territory.slug,
            name=self.title(territory.name),
            kind=self.code("territory_kinds", territory.kind),
            country_code=territory.country_code,
            point=PointRead.model_validate(territory.point) if territory.point else None,
        )


def sources_read(sources: Iterable[Source]) -> list[SourceRead]:
    """Sources as they are answered."""
    return [SourceRead(**cast("Mapping[str, str]", source)) for source in sources]
