"""Which endpoints an event goes to, said once: for new events, and for those asked for again."""

from collections.abc import Sequence
from uuid import UUID

from services.common.feed.reader import Reads

TEST = "endpoint.test"
"""The type of an event that goes to the one endpoint that asked for it, and to nobody by itself."""

CHANNEL = "webhook_deliveries"
"""The notification channel on which new deliveries wake the workers."""

DIMENSIONS = ("territories", "countries", "themes", "networks", "languages")
"""Lists of a filter. An event passes each list that is given by one common value; without that fact it passes none."""

AUDIENCE = f"""
select id, partner_id, event_types, retry_schedule, format,
       coalesce((filter ->> 'own_only')::boolean, false) as own_only,
       {", ".join(f"array(select jsonb_array_elements_text(filter -> '{name}')) as {name}" for name in DIMENSIONS)}
from endpoint where enabled and deleted_at is null
"""  # noqa: S608 - composed of constants

_PASSES = " and ".join(f"(cardinality(p.{name}) = 0 or f.facts -> '{name}' ?| p.{name})" for name in DIMENSIONS)

MATCHES = f"""
e.type <> '{TEST}' and e.subject_id <> p.id
and (e.partner_id is null or e.partner_id = p.partner_id)
and (cardinality(p.event_types) = 0 or e.type = any(p.event_types))
and (e.partner_id is not null or exists (
  select from (values (e.facts), (e.former_facts)) as f(facts)
  where f.facts is not null and (not p.own_only or f.facts ->> 'owner' = p.partner_id::text) and {_PASSES}))
"""
"""Whether event `e` goes to endpoint `p` of the audience: by what its subject is now, or was before. What concerns one
partner alone goes to its endpoints without regard to their filters."""

FAN_OUT = f"""
with audience as materialized ({AUDIENCE}),
made as (
  insert into delivery (endpoint_id, event_id, subject_id, format)
  select p.id, e.id, e.subject_id, p.format from event e join audience p on {MATCHES}
  where e.id = any($1)
  order by p.id, e.seq
  on conflict on constraint delivery_once do nothing
  returning endpoint_id, subject_id
),
lanes as (
  insert into lane (endpoint_id, subject_id, due_at)
  select m.endpoint_id, m.subject_id,
         now() + make_interval(secs => coalesce((select retry_schedule[1] from audience where id = m.endpoint_id), $2))
  from (select distinct endpoint_id, subject_id from made) m
  order by 1, 2
  on conflict (endpoint_id, subject_id) do update set due_at = lane.due_at
)
select count(*), pg_notify('{CHANNEL}', '') from made
"""  # noqa: S608 - composed of constants
"""A lane that is there is written all the same: whoever finishes its last delivery just now waits for this, or this for
that, and nothing is left behind."""


DELIVERIES_AT_ONCE = 20_000
"""Made by one statement at most, where each event goes to every endpoint: it has to end within the time that the
database gives it, and a page of a feed may hold hundreds of events for thousands of endpoints."""

ENDPOINTS = "select count(*) from endpoint where enabled and deleted_at is null"


async def fan_out(connection: Reads, events: Sequence[UUID], first_pause_s: float) -> int:
    """Make the deliveries of events, in the caller's transaction and the order given; returns how many.

    `first_pause_s` is waited before the first attempt, unless the endpoint has a schedule of its own.
    """
    at_once = max(1, DELIVERIES_AT_ONCE // max(1, await connection.fetchval(ENDPOINTS)))
    made = 0
    for start in range(0, len(events), at_once):
        made += await connection.fetchval(FAN_OUT, events[start : start + at_once], first_pause_s)
    return made
