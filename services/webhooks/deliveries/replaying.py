"""Events sent again, and a test event: new deliveries of events that are kept, with the `webhook-id` they had."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import now
from services.common.database import reads_of
from services.common.ids import new_id
from services.webhooks.deliveries.disabling import FEED, state_of
from services.webhooks.endpoints.models import Endpoint
from services.webhooks.event_types.catalogue import API_VERSION
from services.webhooks.events.facts import Facts
from services.webhooks.events.fanout import AUDIENCE, CHANNEL, MATCHES, TEST
from services.webhooks.events.repository import NewEvent, insert_events

AT_ONCE = 10_000
"""Events that one replay sends again, and those of the same moment as the last; the rest is for the next one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: one, those that happened from `since` until before `until`, of these only what is `missing`."""

    event_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events were found and how many deliveries made of them; `next_since` when there may be more."""

    events: int
    deliveries: int
    next_since: datetime | None


REPLAY = f"""
with audience as materialized (select * from ({AUDIENCE}) everybody where id = $1),
found as (
  select e.id, e.seq, e.subject_id, e.occurred_at, p.format,
         exists (select from delivery where endpoint_id = $1 and event_id = e.id and state = 'pending') as waiting,
         (select max(replay) + 1 from delivery where endpoint_id = $1 and event_id = e.id) as replay
  from event e join audience p on {MATCHES}
  where ($2::uuid is null or e.id = $2)
    and ($3::timestamptz is null or e.occurred_at >= $3) and ($4::timestamptz is null or e.occurred_at < $4)
    and (not $5 or not exists (
      select from delivery where endpoint_id = $1 and event_id = e.id and state in ('pending', 'succeeded')))
  order by e.occurred_at
  fetch first ($6::bigint) rows with ties
),
made as (
  insert into delivery (endpoint_id, event_id, subject_id, format, replay)
  select $1, id, subject_id, format, coalesce(replay, 0) from found where not waiting order by seq
  on conflict on constraint delivery_once do nothing
  returning id
),
lanes as (
  insert into lane (endpoint_id, subject_id, due_at)
  select $1, subject_id, now() from (select distinct subject_id from found) s order by subject_id
  on conflict (endpoint_id, subject_id) do update
  set due_at = case when lane.leased_by is null then least(lane.due_at, excluded.due_at) else lane.due_at end
)
select count(*) as events, (select count(*) from made) as deliveries,
       case when count(*) >= $6 then max(occurred_at) + interval '1 microsecond' end as next_since,
       pg_notify('{CHANNEL}', '')
from found
"""  # noqa: S608 - composed of constants
"""What waits already is not sent twice: it is tried at once instead of at its time."""

SEND_ONE = f"""
with made as (
  insert into delivery (endpoint_id, event_id, subject_id, format)
  select p.id, e.id, e.subject_id, p.format from endpoint p, event e where p.id = $1 and e.id = $2
  returning id, subject_id
),
lanes as (
  insert into lane (endpoint_id, subject_id, due_at) select $1, subject_id, now() from made
  on conflict (endpoint_id, subject_id) do update set due_at = lane.due_at
)
select id, pg_notify('{CHANNEL}', '') from made
"""  # noqa: S608 - composed of constants


async def replay(session: AsyncSession, endpoint: Endpoint, wanted: Wanted) -> Replayed:
    """Send events again to an enabled endpoint, as far as its types and filter let them through.

    Those of one moment go together, however many: `next_since` begins after it.

    What is missing is what happened since the endpoint was made and neither arrived nor waits.
    """
    since = wanted.since
    if wanted.missing:
        since = max(endpoint.created_at, since) if since else endpoint.created_at
    connection = await reads_of(session)
    [row] = await connection.fetch(REPLAY, endpoint.id, wanted.event_id, since, wanted.until, wanted.missing, AT_ONCE)
    return Replayed(row["events"], row["deliveries"], row["next_since"])


async def send_test(session: AsyncSession, endpoint: Endpoint) -> tuple[UUID, UUID]:
    """Send a test event to an endpoint, whatever its types and its filter; the ids of event and delivery."""
    connection = await reads_of(session)
    event = NewEvent(
        id=new_id(),
        feed=FEED,
        change_id=str(new_id()),
        type=TEST,
        subject_kind="endpoint",
        subject_id=str(endpoint.id),
        subject_version=endpoint.version,
        occurred_at=now(),
        api_version=API_VERSION,
        state=state_of(endpoint),
        facts=Facts(),
        partner_id=endpoint.partner_id,
    )
    await insert_events(connection, [event])
    delivery_id: UUID = await connection.fetchval(SEND_ONE, endpoint.id, event.id)
    return event.id, delivery_id
