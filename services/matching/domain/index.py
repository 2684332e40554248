"""All profiles at hand, with the postings that make ranking one of them cheap: pure, in memory, updated in place."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from services.matching.domain.criteria import Offer, answer, offer_of, rarity_bits
from services.matching.domain.profile import Need, TerritoryProfile
from services.matching.domain.themes import Themes

K = TypeVar("K", bound=Hashable)


class Posting(Generic[K]):
    """Which territories stand under a key."""

    def __init__(self) -> None:
        self._ids: dict[K, set[str]] = {}

    def add(self, keys: Iterable[K], territory_id: str) -> None:
        for key in keys:
            self._ids.setdefault(key, set()).add(territory_id)

    def discard(self, keys: Iterable[K], territory_id: str) -> None:
        for key in keys:
            self._ids[key].discard(territory_id)
            if not self._ids[key]:
                del self._ids[key]

    def under(self, key: K) -> frozenset[str] | set[str]:
        """The territories under `key`; not to be changed."""
        return self._ids.get(key, frozenset())

    def __contains__(self, key: K) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[K]:
        """The keys under which any territory stands."""
        return iter(self._ids)


class Index:
    """Territory profiles by id, slug, stated problem, need, theme offered and network.

    `answers` holds, for every need that some territory has, how well each territory's initiatives answer it. Needs
    are few (a problem and its themes), so a ranking adds up postings instead of comparing initiatives.
    Not safe for use by two threads at once.
    """

    def __init__(self, themes: Themes, year: int) -> None:
        """An empty index; `year` is the year to which the age of initiatives is counted."""
        self.themes = themes
        self.year = year
        self.profiles: dict[str, TerritoryProfile] = {}
        self.offers: dict[str, tuple[Offer, ...]] = {}
        self.answers: dict[Need, dict[str, float]] = {}
        self.stating: Posting[str] = Posting()
        self.having: Posting[Need] = Posting()
        self.offering: Posting[str] = Posting()
        self.members: Posting[str] = Posting()
        self.stating_any = 0
        self._by_slug: dict[str, str] = {}

    def find(self, ref: str) -> TerritoryProfile | None:
        """The profile with this id or slug."""
        return self.profiles.get(ref) or self.profiles.get(self._by_slug.get(ref, ""))

    def rarity(self, problem: str) -> float:
        """Rarity of a problem among the territories that state any, in bits."""
        return rarity_bits(len(self.stating.under(problem)), self.stating_any)

    def answering(self, need: Need) -> frozenset[str]:
        """The territories with an initiative on a theme that answers this need."""
        return frozenset().union(*(self.offering.under(theme) for theme, _ in need.answers))

    def update(self, profiles: Iterable[TerritoryProfile], removed: Iterable[str] = ()) -> None:
        """Put these profiles in the place of those with the same ids, and take the removed ones out."""
        new = list(profiles)
        for territory_id in {*removed, *(profile.id for profile in new)}:
            self._take_out(territory_id)
        for need in [need for need in self.answers if need not in self.having]:
            del self.answers[need]
        for profile in new:
            self._put_in(profile)
        for need in self.having:
            if need in self.answers:
                touched: Iterable[str] = (profile.id for profile in new)
            else:
                self.answers[need] = {}
                touched = self.answering(need)
            for territory_id in touched:
                self._answer(need, territory_id)

    def _answer(self, need: Need, territory_id: str) -> None:
        value = answer(need, self.offers[territory_id])
        if value > 0:
            self.answers[need][territory_id] = value

    def _put_in(self, profile: TerritoryProfile) -> None:
        self.profiles[profile.id] = profile
        self._by_slug[profile.territory.slug] = profile.id
        self.offers[profile.id] = tuple(offer_of(i, self.themes, self.year) for i in profile.initiatives)
        self.stating_any += bool(profile.problems)
        self.stating.add(profile.problems, profile.id)
        self.having.add(profile.needs, profile.id)
        self.offering.add(self._themes(profile.id), profile.id)
        self.members.add(profile.networks, profile.id)

    def _take_out(self, territory_id: str) -> None:
        profile = self.profiles.pop(territory_id, None)
        if profile is None:
            return
        if self._by_slug.get(profile.territory.slug) == territory_id:
            del self._by_slug[profile.territory.slug]
        self.stating_any -= bool(profile.problems)
        self.stating.discard(profile.problems, territory_id)
        self.having.discard(profile.needs, territory_id)
        self.offering.discard(self._themes(territory_id), territory_id)
        self.members.discard(profile.networks, territory_id)
        del self.offers[territory_id]
        for answers in self.answers.values():
            answers.pop(territory_id, None)

    def _themes(self, territory_id: str) -> frozenset[str]:
        return frozenset().union(*(offer.reach for offer in self.offers[territory_id]))
