"""Deliveries of an endpoint with their attempts, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.common.feed.reader import Reads
from services.webhooks.deliveries.schemas import DeliveryRead

SELECTED = """
from delivery d join event e on e.id = d.event_id
where d.endpoint_id = $1 and (cardinality($2::text[]) = 0 or d.state = any($2))
  and (cardinality($3::text[]) = 0 or e.type = any($3))
  and ($4::uuid is null or e.id = $4) and ($5::uuid is null or d.subject_id = $5)
  and ($6::timestamptz is null or e.occurred_at >= $6) and ($7::timestamptz is null or e.occurred_at < $7)
"""

LIST = f"""
select d.id, d.position, d.replay, d.state, d.created_at, d.done_at, e.id as event_id, e.type, e.subject_kind,
       e.subject_id, e.subject_version, e.occurred_at,
       case when d.state = 'pending' then (
         select greatest(l.due_at, p.paused_until) from lane l join endpoint p on p.id = l.endpoint_id
         where l.endpoint_id = d.endpoint_id and l.subject_id = d.subject_id and l.leased_by is null
           and p.enabled and p.held_at is null
           and not exists (select from delivery o where o.endpoint_id = d.endpoint_id and o.subject_id = d.subject_id
                           and o.state = 'pending' and o.position < d.position)
       ) end as next_attempt_at,
       (select coalesce(json_agg(json_build_object(
          'number', a.number, 'started_at', a.started_at, 'latency_ms', a.latency_ms, 'status', a.status,
          'outcome', a.outcome, 'reason', a.reason, 'response_head', a.response_head) order by a.number),
          '[]'::json)::text
        from delivery_attempt a where a.delivery_id = d.id) as attempts
{SELECTED} and ($8::bigint is null or d.position < $8)
order by d.position desc limit $9
"""  # noqa: S608 - composed of constants

COUNT = f"select count(*) {SELECTED}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which deliveries of an endpoint; the values of one field are alternatives."""

    endpoint_id: UUID
    states: Sequence[str] = ()
    types: Sequence[str] = ()
    event_id: UUID | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def parameters(self) -> tuple[object, ...]:
        """In the order of `SELECTED`."""
        which = (self.event_id, self.subject_id, self.since, self.until)
        return (self.endpoint_id, list(self.states), list(self.types), *which)


async def read_deliveries(
    reads: Reads, selection: Selection, after: int | None, limit: int
) -> list[tuple[int, DeliveryRead]]:
    """At most `limit` deliveries after a position, each with its own."""
    rows = await reads.fetch(LIST, *selection.parameters, after, limit)
    return [(row["position"], DeliveryRead.model_validate(_represent(row))) for row in rows]


async def count_deliveries(reads: Reads, selection: Selection) -> int:
    """All of them."""
    counted: int = await reads.fetchval(COUNT, *selection.parameters)
    return counted


def _represent(row: asyncpg.Record) -> Mapping[str, Any]:
    event = {
        "id": row["event_id"],
        "type": row["type"],
        "subject": {"type": row["subject_kind"], "id": row["subject_id"]},
        "version": row["subject_version"],
        "occurred_at": row["occurred_at"],
    }
    return {**row, "event": event, "attempts": orjson.loads(row["attempts"])}
