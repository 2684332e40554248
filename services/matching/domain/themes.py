"""The themes' order: which is narrower than which, from the vocabulary's `broader`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.matching.domain.crosswalk import BROADER_SHARE


@dataclass(frozen=True, slots=True)
class Themes:
    """The vocabulary `themes` as an order; empty when the vocabulary has not been read yet."""

    broader: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def above(self, code: str) -> frozenset[str]:
        """Every theme broader than `code`, at any distance. A cycle ends where it began."""
        return _closure(code, self.broader)

    def reach(self, codes: Iterable[str]) -> Mapping[str, float]:
        """Each theme that an initiative with these codes says something on → share of it that does, in (0, 1]."""
        shares: dict[str, float] = {}
        for code in codes:
            for narrower in self.below(code):
                shares[narrower] = max(shares.get(narrower, 0.0), BROADER_SHARE)
            for same in (code, *self.above(code)):
                shares[same] = 1.0
        return shares

    def below(self, code: str) -> frozenset[str]:
        """Every theme narrower than `code`, at any distance."""
        return _closure(code, self._narrower())

    def within(self, codes: Iterable[str]) -> frozenset[str]:
        """The codes and all that is narrower: what a filter by theme lets through."""
        chosen = tuple(codes)
        return frozenset(chosen).union(*(self.below(code) for code in chosen))

    def _narrower(self) -> Mapping[str, tuple[str, ...]]:
        narrower: dict[str, tuple[str, ...]] = {}
        for code, parents in self.broader.items():
            for parent in parents:
                narrower[parent] = (*narrower.get(parent, ()), code)
        return narrower


def _closure(start: str, steps: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(steps.get(start, ()))
    while waiting:
        code = waiting.pop()
        if code not in found and code != start:
            found.add(code)
            waiting.extend(steps.get(code, ()))
    return frozenset(found)
