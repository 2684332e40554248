"""The statements of the queue. Times are the database's: those of the workers' machines may differ.

Where lanes are looked for by time that is `statement_timestamp()`: no index serves a comparison with
`clock_timestamp()`.

Lanes are locked in the order of their key wherever several are waited for, so that no two wait for each other.
"""

LEASE = """
with chosen as (
  select l.endpoint_id, l.subject_id, e.rate_per_second
  from (
    select p.id, p.rate_per_second, least(coalesce(f.free, 1), ceil(p.rate_per_second))::integer as free
    from endpoint p left join unnest($4::uuid[], $5::integer[]) as f (id, free) on f.id = p.id
    where p.enabled and p.held_at is null and p.deleted_at is null and coalesce(f.free, 1) > 0
      and (p.paused_until is null or p.paused_until <= statement_timestamp())
    order by ($6::uuid is not null and p.id <= $6), p.id
  ) e
  cross join lateral (
    select endpoint_id, subject_id from lane
    where endpoint_id = e.id and due_at <= statement_timestamp()
    order by due_at limit e.free for update skip locked
  ) l
  limit $2
),
leased as (
  update lane set leased_by = $1, due_at = clock_timestamp() + make_interval(secs => $3)
  from chosen where lane.endpoint_id = chosen.endpoint_id and lane.subject_id = chosen.subject_id
  returning lane.endpoint_id, lane.subject_id
),
paced as (
  update endpoint
  set paused_until = greatest(paused_until, clock_timestamp()) + make_interval(secs => n.taken / rate_per_second)
  from (select endpoint_id, count(*) as taken from chosen where rate_per_second is not null group by 1) n
  where id = n.endpoint_id
)
select l.endpoint_id, l.subject_id, d.id as delivery_id, d.attempts, v.id as event_id, v.feed, v.change_id, v.type,
       v.subject_kind, v.subject_version, v.occurred_at, v.api_version, v.merged_into,
       d.format, case when d.format = 'full' then v.state end as state
from leased l
left join lateral (
  select id, event_id, attempts, format from delivery
  where endpoint_id = l.endpoint_id and subject_id = l.subject_id and state = 'pending' order by position limit 1
) d on true
left join event v on v.id = d.event_id
order by l.endpoint_id
"""
"""$1 worker, $2 most, $3 seconds of the lease, $4 and $5 free places by endpoint, $6 the endpoint served last.

An endpoint with a rate gets at most what it may in a second (one, if that is less), and then a pause that makes up for
it: workers that take at the same time add up their pauses."""

TARGETS = """
select id, url, retry_schedule, sealed_headers,
       array(select sealed from endpoint_secret s
             where s.endpoint_id = p.id and (s.expires_at is null or s.expires_at > clock_timestamp())
             order by s.id desc) as secrets
from endpoint p where id = any($1) and enabled and held_at is null and deleted_at is null
"""
"""Asked for after the lease: one that was deleted, disabled or held in between has no secret any more, or gets
nothing."""

RENEW = """
update lane set due_at = clock_timestamp() + make_interval(secs => $2)
from (
  select endpoint_id, subject_id
  from lane join unnest($3::uuid[], $4::uuid[]) as one (endpoint_id, subject_id) using (endpoint_id, subject_id)
  where leased_by = $1
  order by lane.endpoint_id, lane.subject_id for update of lane
) held
where lane.endpoint_id = held.endpoint_id and lane.subject_id = held.subject_id
"""
"""Of the lanes named only: one that was leased while the connection broke off is held by nobody, and its lease ends."""

NEXT = """
select extract(epoch from min(greatest(l.due_at, e.paused_until)) - statement_timestamp())::float8
from endpoint e
cross join lateral (
  select due_at from lane
  where endpoint_id = e.id
    and due_at > case when e.paused_until > statement_timestamp() then '-infinity' else statement_timestamp() end
  order by due_at limit 1
) l
where e.enabled and e.held_at is null and e.deleted_at is null
"""
"""One step into the index for each endpoint, however much of it is due already."""

HOLD = """
select from lane join unnest($1::uuid[], $2::uuid[]) as one (endpoint_id, subject_id) using (endpoint_id, subject_id)
where leased_by = $3
order by lane.endpoint_id, lane.subject_id for update of lane
"""
"""First of all: whoever adds to these lanes has committed, so that the next statement sees it, or waits for this."""

ATTEMPTED = """
with made as (
  select *
  from unnest(
    $1::uuid[], $2::text[], $3::timestamptz[], $4::integer[], $5::integer[], $6::text[], $7::text[], $8::text[]
  ) as one (id, state, started_at, latency_ms, status, outcome, reason, head)
),
counted as (
  update delivery d
  set attempts = d.attempts + 1,
      state = case when m.state = 'succeeded' or d.state = 'pending' then m.state else d.state end,
      done_at = case when m.state <> 'pending' then coalesce(d.done_at, clock_timestamp()) else d.done_at end
  from made m
  where d.id = m.id
    and not exists (select from delivery_attempt a where a.delivery_id = d.id and a.started_at = m.started_at)
  returning d.id, d.attempts
)
insert into delivery_attempt (delivery_id, number, started_at, latency_ms, status, outcome, reason, response_head)
select id, c.attempts, m.started_at, m.latency_ms, m.status, m.outcome, m.reason, m.head
from made m join counted c using (id)
"""
"""Of two workers that tried the same delivery, after the lease of one ran out, a success counts.

An attempt that was written down already is passed over: whoever did not hear of the commit writes it again.
"""

MOVE_ON = """
with one as (
  select l.endpoint_id, l.subject_id, m.pause_s,
         exists (select from delivery d where d.endpoint_id = l.endpoint_id and d.subject_id = l.subject_id
                 and d.state = 'pending') as more
  from lane l
  join unnest($1::uuid[], $2::uuid[], $3::float8[]) as m (endpoint_id, subject_id, pause_s)
    using (endpoint_id, subject_id)
  where l.leased_by = $4
),
ended as (
  delete from lane using one
  where lane.endpoint_id = one.endpoint_id and lane.subject_id = one.subject_id and not one.more
)
update lane set leased_by = null, due_at = clock_timestamp() + make_interval(secs => coalesce(one.pause_s, 0))
from one where lane.endpoint_id = one.endpoint_id and lane.subject_id = one.subject_id and one.more
"""

FAILED = """
with heard as (
  select h.* from endpoint e join unnest($1::uuid[], $2::boolean[], $3::float8[]) as h (id, arrived, pause_s) using (id)
  where h.pause_s is not null or not h.arrived and e.failing_since is null
  for no key update of e skip locked
)
update endpoint e
set failing_since = case when h.arrived then e.failing_since else coalesce(e.failing_since, clock_timestamp()) end,
    paused_until = case when h.pause_s is null then e.paused_until
                        else greatest(e.paused_until, clock_timestamp() + make_interval(secs => h.pause_s)) end
from heard h where e.id = h.id
"""
"""An endpoint that its owner is changing just now is passed over: the next attempt tells the same."""

RECOVERED = """
with heard as (
  select id from endpoint where id = any($1) and failing_since is not null for no key update skip locked
),
done as (update endpoint e set failing_since = null from heard h where e.id = h.id)
select id from endpoint where id = any($1) and failing_since is not null and id not in (select id from heard)
"""
"""Gives those that were passed over, since somebody changes them just now: they are to be asked for again. There may be
no other attempt until much later, and that one may fail."""

FAILING = """
select id from endpoint
where id = any($1) and enabled and deleted_at is null
  and failing_since <= clock_timestamp() - make_interval(secs => $2)
"""
