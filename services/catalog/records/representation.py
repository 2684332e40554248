"""Turning the stored state of a record into what one reader gets: one language, codes with labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.catalog.vocabularies.repository import VocabularyState
from services.common.languages import Languages, PickedText, Text

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's languages, and the vocabularies that label codes."""

    languages: Languages
    vocabularies: Mapping[str, VocabularyState]
    used: set[str] = field(default_factory=set)
    """The languages of what was represented so far."""

    def text(self, text: Text | None) -> PickedText | None:
        """A text in the reader's language."""
        picked = self.languages.pick(text) if text else None
        if picked is not None:
            self.used.add(picked["lang"])
        return picked

    def coded(self, vocabulary: str, code: str | None) -> dict[str, str | None] | None:
        """A code with its label; a code that the vocabulary does not hold goes without one."""
        if code is None:
            return None
        labels = self.vocabularies[vocabulary].labels.get(code) if vocabulary in self.vocabularies else None
        if not labels:
            return {"code": code, "label": None, "lang": None}
        lang = self.languages.label
        self.used.add(lang)
        return {"code": code, "label": labels[lang], "lang": lang}

    def territory_ref(self, territory: State) -> State:
        """A territory as another record names it."""
        territory["name"] = self.text(territory["name"])
        territory["kind"] = self.coded("territory_kinds", territory["kind"])
        return territory


Represent = Callable[[State, Reader], State]
"""Changes the state, which nobody else holds, into the representation."""


def represent_territory(state: State, reader: Reader) -> State:
    """A territory for one reader."""
    state["name"] = reader.text(state["name"])
    state["kind"] = reader.coded("territory_kinds", state["kind"])
    for problem in state["problems"]:
        problem["problem"] = reader.coded("problems", problem["problem"])
        problem["theme"] = reader.coded("themes", problem["theme"])
        problem["evidence"] = reader.text(problem["evidence"])
    return state


def represent_initiative(state: State, reader: Reader) -> State:
    """An initiative for one reader."""
    state["title"] = reader.text(state["title"])
    state["summary"] = reader.text(state["summary"])
    state["territory"] = reader.territory_ref(state["territory"])
    state["themes"] = [reader.coded("themes", code) for code in state["themes"]]
    if state["carrier"]:
        state["carrier"]["sector"] = reader.coded("sectors", state["carrier"]["sector"])
        state["carrier"]["kind"] = reader.coded("actor_kinds", state["carrier"]["kind"])
    state["maturity"] = reader.coded("maturities", state["maturity"])
    state["mufpp_category"] = reader.coded("mufpp_categories", state["mufpp_category"])
    for result in state["results"]:
        result["statement"] = reader.text(result["statement"])
    return state


def represent_cooperation(state: State, reader: Reader) -> State:
    """A cooperation for one reader."""
    state["title"] = reader.text(state["title"])
    state["description"] = reader.text(state["description"])
    state["themes"] = [reader.coded("themes", code) for code in state["themes"]]
    state["stage"] = reader.coded("cooperation_stages", state["stage"])
    for party in state["parties"]:
        party["territory"] = reader.territory_ref(party["territory"])
    for device in state["devices"]:
        device["device"] = reader.coded("devices", device["device"])
    return state


def represent_network(state: State, reader: Reader) -> State:
    """A network for one reader."""
    state["description"] = reader.text(state["description"])
    state["kind"] = reader.coded("network_kinds", state["kind"])
    return state


def represent_vocabulary(state: State, reader: Reader) -> State:
    """A vocabulary for one reader: labels in one language, or all of them with `lang=all`."""
    everything = reader.languages.everything
    lang = reader.languages.label

    def label(labels: Mapping[str, Any] | None) -> object:
        return labels if everything or labels is None else labels.get(lang)

    state["label"], state["lang"] = label(state["label"]), None if everything else lang
    if not everything:
        reader.used.add(lang)
    for term in state["terms"]:
        for name in ("label", "definition", "alt_labels"):
            term[name] = label(term[name])
        if term["alt_labels"] is None:
            term["alt_labels"] = []
    return state


def feature(representation: State) -> State:
    """A representation with a place, as a GeoJSON feature (RFC 7946)."""
    point = representation.pop("point", None) or (representation.get("territory") or {}).get("point")
    return {"type": "Feature", "id": representation["id"], "geometry": point, "properties": representation}


def cooperation_feature(representation: State) -> State:
    """A cooperation as a GeoJSON feature: the points of its parties."""
    points = [party["territory"]["point"] for party in representation["parties"] if party["territory"]["point"]]
    geometry = {"type": "MultiPoint", "coordinates": [point["coordinates"] for point in points]} if points else None
    return {"type": "Feature", "id": representation["id"], "geometry": geometry, "properties": representation}
