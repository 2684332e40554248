"""What the projection says, in memory: records as they come in, profiles as they go out."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from services.matching.domain.crosswalk import needs_of
from services.matching.domain.profile import Cooperation, Initiative, Territory, TerritoryProfile
from services.matching.domain.reading import cooperation_from, initiative_from, territory_from
from services.matching.domain.themes import Themes

logger = logging.getLogger(__name__)

State = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, str]]
"""Code → language → label."""

THEMES = "themes"


class Facts:
    """Every published record that matching reads, and which territory it belongs to. Not for two threads at once."""

    def __init__(self) -> None:
        self.unreadable: dict[tuple[str, str], str] = {}
        """Records whose state this release cannot read, and why; they are left out and counted in the status."""
        self.network_names: dict[str, str] = {}
        self._territories: dict[str, Territory] = {}
        self._initiatives: dict[str, Initiative] = {}
        self._cooperations: dict[str, Cooperation] = {}
        self._initiatives_of: dict[str, set[str]] = {}
        self._cooperations_of: dict[str, set[str]] = {}
        self._vocabularies: dict[str, State] = {}

    def put(self, kind: str, record_id: str, state: State | None) -> set[str]:
        """Take in a record's state, or its end (None). Returns the ids of the territories whose profile changes."""
        self.unreadable.pop((kind, record_id), None)
        touched = self._drop(kind, record_id)
        if state is not None:
            try:
                touched |= self._add(kind, record_id, state)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.unreadable[kind, record_id] = repr(error)
                logger.warning("%s %s cannot be read and is left out: %r", kind, record_id, error)
        return touched

    def profile(self, territory_id: str) -> TerritoryProfile | None:
        """The profile of a published territory, else None."""
        territory = self._territories.get(territory_id)
        if territory is None:
            return None
        initiatives = (self._initiatives[i] for i in self._initiatives_of.get(territory_id, ()))
        cooperations = (self._cooperations[c] for c in self._cooperations_of.get(territory_id, ()))
        return TerritoryProfile(
            territory,
            needs_of(territory.statements),
            tuple(sorted(initiatives, key=lambda initiative: initiative.slug)),
            tuple(sorted(cooperations, key=lambda cooperation: cooperation.slug)),
        )

    def profiles(self) -> Iterable[TerritoryProfile]:
        """Every profile."""
        return [profile for i in self._territories if (profile := self.profile(i)) is not None]

    def labels(self, vocabulary: str) -> Labels:
        """The labels of a vocabulary's terms; empty when it is not known."""
        return {term["code"]: term["label"] for term in self._terms(vocabulary)}

    def themes(self) -> Themes:
        """The order of the themes."""
        return Themes({term["code"]: tuple(term.get("broader") or ()) for term in self._terms(THEMES)})

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records of each kind are known."""
        return {
            "territories": len(self._territories),
            "initiatives": len(self._initiatives),
            "cooperations": len(self._cooperations),
        }

    def _terms(self, vocabulary: str) -> Iterable[State]:
        state = next((s for s in self._vocabularies.values() if s["name"] == vocabulary), None)
        return state["terms"] if state else ()

    def _add(self, kind: str, record_id: str, state: State) -> set[str]:
        match kind:
            case "territory":
                self._territories[record_id] = territory_from(state)
                return {record_id}
            case "initiative":
                initiative = initiative_from(state)
                self._initiatives[record_id] = initiative
                self._initiatives_of.setdefault(initiative.territory_id, set()).add(record_id)
                return {initiative.territory_id}
            case "cooperation":
                cooperation = cooperation_from(state)
                self._cooperations[record_id] = cooperation
                for party in cooperation.party_ids:
                    self._cooperations_of.setdefault(party, set()).add(record_id)
                return set(cooperation.party_ids)
            case "network":
                self.network_names[record_id] = state["name"]
            case "vocabulary":
                self._vocabularies[record_id] = state
        return set()

    def _drop(self, kind: str, record_id: str) -> set[str]:
        match kind:
            case "territory":
                return {record_id} if self._territories.pop(record_id, None) else set()
            case "initiative":
                initiative = self._initiatives.pop(record_id, None)
                owners = {initiative.territory_id} if initiative else set()
                return _take_from(self._initiatives_of, owners, record_id)
            case "cooperation":
                cooperation = self._cooperations.pop(record_id, None)
                return _take_from(
                    self._cooperations_of, set(cooperation.party_ids) if cooperation else set(), record_id
                )
            case "network":
                self.network_names.pop(record_id, None)
            case "vocabulary":
                self._vocabularies.pop(record_id, None)
        return set()


def _take_from(owned: dict[str, set[str]], owners: set[str], record_id: str) -> set[str]:
    for owner in owners:
        owned[owner].discard(record_id)
        if not owned[owner]:
            del owned[owner]
    return owners
