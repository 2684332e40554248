"""Organizations, programmes, diagnoses and the rest; the register of records, links, former slugs, revisions

Works while the previous release runs: what it inserts and updates, the triggers register and link; it knows none of
the new tables and columns. A record that it changes has a gap in its revisions, which the next change mends.

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.catalog.records.registry import (
    LINKING,
    REGISTER,
    UNREGISTER,
    linking,
    registering,
    unlinking,
    unregistering,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
CODES = postgresql.ARRAY(sa.Text())
MOMENT = sa.DateTime(timezone=True)
EMPTY_OBJECT, EMPTY_LIST = sa.text("'{}'::jsonb"), sa.text("'[]'::jsonb")

FORMER_KINDS = ("territory", "initiative", "cooperation", "network")
FORMER_STATUSES = "status in ('draft', 'published', 'archived', 'discarded')"
STATUSES = (
    "status in ('draft', 'submitted', 'needs_update', 'rejected', 'published', 'archived', 'discarded', 'merged')"
)
SOURCED = "jsonb_array_length(sources) > 0"


def _codes(name: str = "themes") -> sa.Column[object]:
    return sa.Column(name, CODES, nullable=False)


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


TITLE = "title"
NEW_KINDS: dict[str, list[sa.schema.SchemaItem]] = {
    "organization": [
        sa.Column("name", JSON, nullable=False),
        _text("sort_name", nullable=False),
        _codes("kinds"),
        _text("sector"),
        sa.CheckConstraint("cardinality(kinds) > 0", name="organization_kinds"),
    ],
    "programme": [
        sa.Column(TITLE, JSON, nullable=False),
        _codes(),
        sa.Column("start_year", sa.Integer()),
        sa.Column("end_year", sa.Integer()),
        sa.CheckConstraint("end_year >= start_year", name="programme_years"),
    ],
    "census": [sa.Column(TITLE, JSON, nullable=False), _codes()],
    "learning_resource": [
        sa.Column(TITLE, JSON, nullable=False),
        _text("format", nullable=False),
        _codes(),
        _codes("languages"),
        _text("mufpp_category"),
    ],
    "funding_call": [
        sa.Column(TITLE, JSON, nullable=False),
        _codes(),
        _text("device"),
        sa.Column("opens", sa.Date()),
        sa.Column("closes", sa.Date()),
        sa.CheckConstraint("closes >= opens", name="funding_call_days"),
    ],
    "offer": [
        sa.Column(TITLE, JSON, nullable=False),
        _text("direction", nullable=False),
        _codes(),
        _codes("problems"),
        _text("context"),
        sa.Column("until", sa.Date()),
    ],
    "diagnosis": [sa.Column(TITLE, JSON, nullable=False), _text("kind", nullable=False)],
    "workshop": [sa.Column(TITLE, JSON, nullable=False), _text("kind", nullable=False)],
    "priority_action": [
        sa.Column(TITLE, JSON, nullable=False),
        _codes(),
        _text("stage"),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("workshop", sa.Uuid()),
        sa.ForeignKeyConstraint(["workshop"], ["workshop.id"]),
        sa.CheckConstraint("jsonb_array_length(findings) > 0 or workshop is not null", name="priority_action_grounded"),
    ],
}
INDEXES = {
    "organization_by_name": ("organization", ["sort_name", "id"], None),
    "organization_by_kind": ("organization", ["kinds"], "gin"),
    "learning_resource_by_theme": ("learning_resource", ["themes"], "gin"),
    "funding_call_by_closing": ("funding_call", ["closes"], None),
    "offer_by_theme": ("offer", ["themes"], "gin"),
    "offer_until": ("offer", ["until"], None),
}

PARTIES = """
create function check_cooperation_parties() returns trigger language plpgsql as $$
declare
    changed uuid[] := case tg_table_name when 'cooperation' then array[(to_jsonb(new) ->> 'id')::uuid]
        else array[(to_jsonb(old) ->> 'cooperation_id')::uuid, (to_jsonb(new) ->> 'cooperation_id')::uuid] end;
begin
    -- Two that each take one of two parties away wait for one another.
    perform from cooperation where id = any(changed) order by id for no key update;
    if exists (
        select from cooperation c
        cross join lateral (select count(*) as parties from cooperation_party p where p.cooperation_id = c.id) counted
        where c.id = any(changed) and c.status = 'published'
        and (parties = 0 or parties = 1 and coalesce(c.stage, 'idea') not in ('idea', 'under_study'))) then
        raise exception 'a cooperation from the stage agreed on has two parties or more'
            using errcode = 'check_violation', constraint = 'cooperation_parties';
    end if;
    return null;
end $$
"""
LINEAGE = """
create function check_lineage() returns trigger language plpgsql as $$
begin
    -- Two that write at once could each complete the other's cycle.
    perform pg_advisory_xact_lock('record_link'::regclass::bigint);
    if exists (
        with recursive above as (
            select new.target_id as id
            union
            select l.target_id from record_link l join above a on l.source_id = a.id
            where l.relation in ('inspired_by', 'adapted_from'))
        select from above where id = new.source_id) then
        raise exception 'an initiative would descend from itself'
            using errcode = 'check_violation', constraint = 'lineage_without_cycle';
    end if;
    return null;
end $$
"""
RULES = (
    PARTIES,
    """create constraint trigger cooperation_parties after insert or update on cooperation
    deferrable initially deferred for each row execute function check_cooperation_parties()""",
    """create constraint trigger cooperation_parties_of after insert or update or delete on cooperation_party
    deferrable initially deferred for each row execute function check_cooperation_parties()""",
    LINEAGE,
    """create constraint trigger lineage_without_cycle after insert on record_link
    deferrable initially deferred for each row when (new.relation in ('inspired_by', 'adapted_from'))
    execute function check_lineage()""",
)
LINKS = """
insert into record_link (source_id, relation, target_id)
select id, 'territory', territory_id from initiative
union select cooperation_id, 'parties/territory', territory_id from cooperation_party
union select territory_id, 'networks/network', network_id from network_membership
on conflict do nothing
"""


def upgrade() -> None:
    _common_tables()
    for kind, own in NEW_KINDS.items():
        _create_kind(kind, own)
    for name, (table, columns, method) in INDEXES.items():
        op.create_index(name, table, columns, postgresql_using=method)
    _widen_former_kinds()
    op.add_column("initiative", sa.Column("carrier_organization_id", sa.Uuid()))
    op.create_foreign_key(None, "initiative", "organization", ["carrier_organization_id"], ["id"])
    op.create_index(op.f("ix_initiative_carrier_organization_id"), "initiative", ["carrier_organization_id"])
    op.add_column("territory_problem", sa.Column("chain_links", JSON, nullable=False, server_default=EMPTY_LIST))
    op.add_column("territory_problem", sa.Column("diagnosis", sa.Uuid()))
    _duplicates()
    _vocabularies()
    for statement in _following():
        op.execute(statement)
    for kind in FORMER_KINDS:  # has the triggers register what is there
        op.execute(f"update {kind} set review_due = (updated_at + interval '365 days')::date")  # noqa: S608 - constants
    op.execute(LINKS)
    for statement in RULES:
        op.execute(statement)


def _following() -> list[str]:
    """The triggers by which the register and the links follow the tables."""
    registered = [statement for kind in (*FORMER_KINDS, *NEW_KINDS) for statement in registering(kind)]
    return [REGISTER, *registered, *(statement for table in LINKING for statement in linking(table))]


def _unfollowing() -> list[str]:
    unregistered = [statement for kind in (*FORMER_KINDS, *NEW_KINDS) for statement in unregistering(kind)]
    return [*unregistered, UNREGISTER, *(statement for table in LINKING for statement in unlinking(table))]


def _widen_former_kinds() -> None:
    for kind in FORMER_KINDS:
        for column in _added():
            op.add_column(kind, column)
        op.drop_constraint(f"{kind}_status", kind)
        op.create_check_constraint(f"{kind}_status", kind, STATUSES)
        if kind != "initiative":
            op.create_check_constraint(f"{kind}_sourced", kind, SOURCED)


def _narrow_former_kinds() -> None:
    for kind in FORMER_KINDS:
        op.execute(f"update {kind} set status = 'draft' where status in ('submitted', 'needs_update', 'rejected')")  # noqa: S608 - constants
        op.execute(f"update {kind} set status = 'archived' where status = 'merged'")  # noqa: S608 - constants
        op.drop_constraint(f"{kind}_status", kind)
        op.create_check_constraint(f"{kind}_status", kind, FORMER_STATUSES)
        if kind != "initiative":
            op.drop_constraint(f"{kind}_sourced", kind)
        for column in _added():
            op.drop_column(kind, column.name)


def _added() -> list[sa.Column[object]]:
    return [
        sa.Column("review_due", sa.Date()),
        sa.Column("review_told", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("review_note", sa.String()),
        sa.Column("merged_into", sa.Uuid()),
        sa.Column("content", JSON, nullable=False, server_default=EMPTY_OBJECT),
    ]


def _create_kind(kind: str, own: list[sa.schema.SchemaItem]) -> None:
    op.create_table(
        kind,
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("slug", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("status", nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        _text("archive_reason"),
        *_added(),
        sa.Column("sources", JSON, nullable=False),
        _text("licence", nullable=False),
        *own,
        sa.CheckConstraint(STATUSES, name=f"{kind}_status"),
        sa.CheckConstraint(SOURCED, name=f"{kind}_sourced"),
        sa.ForeignKeyConstraint(["owner_id"], ["partner.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )


def _duplicates() -> None:
    op.create_table(
        "duplicate_block",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("duplicate_block_by_key", "duplicate_block", ["keys"], postgresql_using="gin")
    op.create_table(
        "duplicate_pair",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("kind", nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("dismissed_at", MOMENT),
        sa.Column("partner_id", sa.Uuid()),
        _text("key_id"),
        _text("reason"),
        sa.CheckConstraint("first_id < second_id", name="duplicate_pair_order"),
        sa.CheckConstraint("dismissed_at is null or reason is not null", name="duplicate_pair_reason"),
        sa.ForeignKeyConstraint(["first_id"], ["record.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["record.id"]),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"]),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("duplicate_pair_of_second", "duplicate_pair", ["second_id"])
    op.create_index("duplicate_pair_open", "duplicate_pair", ["id"], postgresql_where=sa.text("dismissed_at is null"))


def _vocabularies() -> None:
    op.add_column("vocabulary_term", sa.Column("changed_at", MOMENT))
    op.add_column("crosswalk", sa.Column("changed_at", MOMENT))
    op.create_table(
        "crosswalk_scheme",
        _text("name", nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["partner.id"]),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute("insert into crosswalk_scheme (name, version) select distinct scheme, 1 from crosswalk")


def _drop_duplicates_and_vocabularies() -> None:
    for table in ("crosswalk_scheme", "duplicate_pair", "duplicate_block"):
        op.drop_table(table)
    for table in ("crosswalk", "vocabulary_term"):
        op.drop_column(table, "changed_at")


def _common_tables() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("kind", nullable=False),
        _text("slug", nullable=False),
        sa.Column("name", JSON, nullable=False),
        _text("status", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("review_due", sa.Date()),
        sa.Column("review_told", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("review_note"),
        _codes(),
        _text("category"),
        _text("country_code"),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("merged_into", sa.Uuid()),
        sa.CheckConstraint("status <> 'merged' or merged_into is not null", name="record_merged_into"),
        sa.ForeignKeyConstraint(["merged_into"], ["record.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("record_by_slug", "record", ["kind", "slug"], unique=True)
    op.create_index(
        "record_unpublished",
        "record",
        ["status", "updated_at", "id"],
        postgresql_where=sa.text("status in ('draft', 'submitted', 'needs_update', 'rejected')"),
    )
    op.create_index(
        "record_review_due", "record", ["review_due", "id"], postgresql_where=sa.text("status = 'published'")
    )
    op.create_index(
        "record_review_untold",
        "record",
        ["review_due", "id"],
        postgresql_where=sa.text("status = 'published' and not review_told"),
    )
    op.create_table(
        "record_link",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        _text("relation", nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["record.id"]),
        sa.PrimaryKeyConstraint("source_id", "relation", "target_id"),
    )
    op.create_index("record_link_to", "record_link", ["target_id", "relation"])
    op.create_table(
        "former_slug",
        _text("kind", nullable=False),
        _text("slug", nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug"),
    )
    op.create_index(op.f("ix_former_slug_record_id"), "former_slug", ["record_id"])
    op.create_table(
        "revision",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("kind", nullable=False),
        _text("action", nullable=False),
        _text("status", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        _text("key_id"),
        _text("reason"),
        sa.Column("document", JSON, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version"),
    )


def downgrade() -> None:
    _drop_duplicates_and_vocabularies()
    for table in ("cooperation", "cooperation_party", "record_link"):
        rule = {"cooperation": "cooperation_parties", "cooperation_party": "cooperation_parties_of"}
        op.execute(f"drop trigger {rule.get(table, 'lineage_without_cycle')} on {table}")
    op.execute("drop function check_cooperation_parties()")
    op.execute("drop function check_lineage()")
    for statement in _unfollowing():
        op.execute(statement)
    op.drop_column("territory_problem", "diagnosis")
    op.drop_column("territory_problem", "chain_links")
    op.drop_column("initiative", "carrier_organization_id")
    _narrow_former_kinds()
    for table in (*reversed(NEW_KINDS), "revision", "former_slug", "record_link", "record"):
        op.drop_table(table)
