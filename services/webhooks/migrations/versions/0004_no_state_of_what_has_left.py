"""An event of what has left publication takes the states of its subject's earlier events away

A trigger does it, not the application: whoever keeps an event, the previous release too, leaves nothing behind that a
replay would send. It runs once a statement.

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FUNCTION = """
create function take_former_states() returns trigger language plpgsql as $$
begin
    update event former set state = null
    from (select subject_kind, subject_id, max(seq) as seq from kept where state is null group by 1, 2) gone
    where former.subject_kind = gone.subject_kind and former.subject_id = gone.subject_id
      and former.seq < gone.seq and former.state is not null;
    return null;
end $$
"""

TRIGGER = """
create trigger take_former_states after insert on event referencing new table as kept
for each statement execute function take_former_states()
"""
"""Created before what is there is looked at: no event comes in between."""

WHAT_IS_THERE = """
update event former set state = null
from (
  select subject_kind, subject_id, max(seq) as seq from event where state is null group by 1, 2
  union all
  select kind, id, (select max(seq) + 1 from event) from event_subject where not published
) gone
where former.subject_kind = gone.subject_kind and former.subject_id = gone.subject_id
  and former.seq < gone.seq and former.state is not null
"""
"""Events after a return keep theirs."""


def upgrade() -> None:
    op.create_index("event_with_state", "event", ["subject_id", "seq"], postgresql_where=sa.text("state is not null"))
    for statement in (FUNCTION, TRIGGER, WHAT_IS_THERE):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger take_former_states on event")
    op.execute("drop function take_former_states()")
    op.drop_index("event_with_state", table_name="event")
