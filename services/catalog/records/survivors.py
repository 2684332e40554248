"""Which record stands for one that was merged."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.common.feed.reader import Reads

_CHAINS = """
with recursive chain as (
  select id as first, id, merged_into from record where id = any($1) and status = 'merged'
  union all select c.first, r.id, r.merged_into from record r join chain c on r.id = c.merged_into)
select first, id from chain where merged_into is null
"""


async def survivors(reads: Reads, ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """For each of these that was merged the record at the end of its chain, whatever became of that one."""
    return {row["first"]: row["id"] for row in await reads.fetch(_CHAINS, list(ids))} if ids else {}
