"""Turning the stored state of a record into what one reader gets: one language, codes with labels, names of others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.catalog.records.shapes import Coded, IsText, Many, Members, Refers, Shape
from services.catalog.vocabularies.repository import CodeState, LabelledCodes, VocabularyState
from services.common.languages import Languages, PickedText, Text

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's languages, and the vocabularies that label codes."""

    languages: Languages
    vocabularies: Mapping[str, VocabularyState]
    used: set[str] = field(default_factory=set)
    """The languages of what was represented so far."""
    codes: "_Codes" = field(init=False)
    """Vocabulary → code → the code with its label: not to be changed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", _Codes(self))

    def text(self, text: Text | None) -> PickedText | None:
        """A text in the reader's language."""
        if not text:
            return None
        if not self.languages.everything:
            for lang in self.languages.requested:  # as `pick` does, for what comes by the thousand
                if entry := text.get(lang):
                    self.used.add(lang)
                    return {"text": entry["text"], "lang": lang, "origin": entry["origin"]}
        picked = self.languages.pick(text)
        if picked is not None:
            self.used.update(picked.get("translations", (picked["lang"],)))
        return picked

    def coded(self, vocabulary: str, code: str | None) -> CodeState | None:
        """A code with its label; a code that the vocabulary does not hold goes without one."""
        return None if code is None else self.codes[vocabulary][code]

    def territory_ref(self, territory: Mapping[str, Any]) -> State:
        """A territory as another record names it."""
        return {
            "id": territory["id"],
            "slug": territory["slug"],
            "name": self.text(territory["name"]),
            "country_code": territory["country_code"],
            "kind": self.coded("territory_kinds", territory["kind"]),
            "point": territory["point"],
        }

    def record_ref(self, record_id: str, names: Mapping[str, Mapping[str, Any]]) -> State:
        """A record as another one names it; `names` are the state's `references`."""
        named = names.get(record_id)
        if named is None:
            return {"id": record_id, "slug": None, "name": None}
        if named["type"] == "territory":
            return self.territory_ref(named)
        return {"id": record_id, "slug": named["slug"], "name": self.text(named["name"])}


class _Codes(dict[str, LabelledCodes]):
    """The vocabularies as they are asked for, in the reader's language."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __missing__(self, vocabulary: str) -> LabelledCodes:
        reader, lang = self.reader, self.reader.languages.label
        held = reader.vocabularies.get(vocabulary)
        if held is not None:
            reader.used.add(lang)
        found = self[vocabulary] = held.labelled(lang) if held else LabelledCodes()
        return found


Represent = Callable[[State, Reader], State]
"""Changes the state, which nobody else holds, into the representation."""

_Names = Mapping[str, Mapping[str, Any]]
_Step = Callable[[Any, Reader, _Names], Any]


def representing(shape: Members) -> Represent:
    """How records of this shape are represented."""
    represent = _step(shape)

    def to_reader(state: State, reader: Reader) -> State:
        names = state.pop("references", None) or {}
        represent(state, reader, names)
        return state

    return to_reader


def _step(shape: Shape) -> _Step:
    match shape:
        case IsText():
            return lambda value, reader, _: reader.text(value)
        case Coded(vocabulary):
            return lambda value, reader, _: reader.codes[vocabulary][value]
        case Refers():
            return _reference
        case Many(Coded(vocabulary)):
            return lambda value, reader, _: list(map(reader.codes[vocabulary].__getitem__, value))
        case Many(of):
            member = _step(of)
            return lambda value, reader, names: [member(item, reader, names) for item in value]
        case Members(of):
            return _members(of)


def _reference(value: Any, reader: Reader, names: _Names) -> State:  # noqa: ANN401 - an id, or the record's own names
    return reader.territory_ref(value) if isinstance(value, dict) else reader.record_ref(value, names)


def _members(of: Mapping[str, Shape]) -> _Step:
    """The members that have something; most of most records have nothing, and codes are the commonest of the rest."""
    codes = [(name, shape.vocabulary) for name, shape in of.items() if isinstance(shape, Coded)]
    others = [(name, _step(shape)) for name, shape in of.items() if not isinstance(shape, Coded)]

    def represent(value: State, reader: Reader, names: _Names) -> State:
        for name, vocabulary in codes:
            if code := value.get(name):
                value[name] = reader.codes[vocabulary][code]
        for name, step in others:
            if held := value.get(name):
                value[name] = step(held, reader, names)
        return value

    return represent


def represent_vocabulary(state: State, reader: Reader) -> State:
    """A vocabulary for one reader: labels in one language, or all of them with `lang=all`."""
    everything = reader.languages.everything
    lang = reader.languages.label

    def label(labels: Mapping[str, Any] | None) -> object:
        if everything:
            reader.used.update(labels or ())
            return labels
        return None if labels is None else labels.get(lang)

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


def feature_of_territories(member: str) -> Callable[[State], State]:
    """A record in several territories as a GeoJSON feature: the points of those that `member` lists."""

    def as_feature(representation: State) -> State:
        named = (item.get("territory", item) for item in representation[member])
        points = [territory["point"] for territory in named if territory.get("point")]
        geometry = {"type": "MultiPoint", "coordinates": [point["coordinates"] for point in points]} if points else None
        return {"type": "Feature", "id": representation["id"], "geometry": geometry, "properties": representation}

    return as_feature
