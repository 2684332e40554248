"""Reading crosswalks: schemes, their entries, and the terms that a code corresponds to."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.catalog.vocabularies.repository import VocabularyState
from services.common.feed.reader import Reads
from services.common.problems import not_found

SCHEMES = """
select s.name, s.version,
  case when o.id is not null
    then json_build_object('id', o.id, 'slug', o.slug, 'name', o.name)::text end as owner,
  (select count(*) from crosswalk c where c.scheme = s.name)::integer as entries,
  array(select distinct c.vocabulary from crosswalk c where c.scheme = s.name order by 1) as vocabularies
from crosswalk_scheme s left join partner o on o.id = s.owner_id
where $1::text is null or s.name = $1
order by s.name
"""

ENTRIES = """
select scheme, vocabulary, code, target, relation, note from crosswalk
where scheme = $1 and ($2::text is null or vocabulary = $2) and ($3::text is null or code = $3)
  and ($4::text is null or target = $4)
order by vocabulary, code
"""

TARGETS = "select target, relation from crosswalk where vocabulary = $1 and scheme = $2 and code = $3"


async def fetch_schemes(reads: Reads, name: str | None = None) -> list[dict[str, Any]]:
    """Every scheme, or the one of this name."""
    rows = await reads.fetch(SCHEMES, name)
    return [{**row, "owner": orjson.loads(row["owner"]) if row["owner"] else None} for row in rows]


async def fetch_scheme(
    reads: Reads, name: str, vocabulary: str | None = None, code: str | None = None, target: str | None = None
) -> dict[str, Any]:
    """A scheme with those of its entries that fit; raises `Problem` (404) when there is none."""
    found = await fetch_schemes(reads, name)
    if not found:
        raise not_found(name)
    return {**found[0], "items": [dict(row) for row in await reads.fetch(ENTRIES, name, vocabulary, code, target)]}


async def terms_for(
    reads: Reads, vocabulary: VocabularyState, scheme: str, code: str
) -> Sequence[tuple[Mapping[str, Any], str]]:
    """The terms of a vocabulary that a code of a scheme corresponds to, each with the relation."""
    name = vocabulary.state["name"]
    mapped = {row["target"]: row["relation"] for row in await reads.fetch(TARGETS, name, scheme, code)}
    found = []
    for term in vocabulary.state["terms"]:
        own = next((match for match in term["matches"] if (match["scheme"], match["code"]) == (scheme, code)), None)
        if term["code"] in mapped:
            found.append((term, mapped[term["code"]]))
        elif own is not None:
            found.append((term, INVERSE.get(own["relation"], own["relation"])))
    return found


INVERSE = {"broadMatch": "narrowMatch", "narrowMatch": "broadMatch"}
"""A term says how it stands to their code; the answer says how their code stands to it."""
