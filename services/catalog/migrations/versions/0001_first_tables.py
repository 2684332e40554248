"""The catalog's first tables

Revision: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.feed.tables import GENESIS, STAMP, UNSTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "cooperation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_reason", sa.String(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("devices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("start_year", sa.Integer(), nullable=True),
        sa.Column("end_year", sa.Integer(), nullable=True),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("status in ('published', 'archived')", name="cooperation_status"),
        sa.CheckConstraint("end_year >= start_year", name="cooperation_years"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("cooperation_by_theme", "cooperation", ["themes"], unique=False, postgresql_using="gin")
    op.create_table(
        "loaded_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "loaded_row",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug"),
    )
    op.create_table(
        "network",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_reason", sa.String(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_year", sa.Integer(), nullable=True),
        sa.CheckConstraint("status in ('published', 'archived')", name="network_status"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "territory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_reason", sa.String(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("local_level", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=False),
        sa.Column("subdivision_code", sa.String(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("point_note", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_year", sa.Integer(), nullable=True),
        sa.Column("population_scope", sa.String(), nullable=True),
        sa.Column("population_source", sa.String(), nullable=True),
        sa.Column("has_food_project", sa.Boolean(), nullable=True),
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="territory_country"),
        sa.CheckConstraint("status in ('published', 'archived')", name="territory_status"),
        sa.CheckConstraint("(lon is null) = (lat is null)", name="territory_point"),
        sa.CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name="territory_wgs84"),
        sa.CheckConstraint("population >= 0", name="territory_population"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("territory_by_country", "territory", ["country_code", "sort_name", "id"], unique=False)
    op.create_index("territory_by_name", "territory", ["sort_name", "id"], unique=False)
    op.create_index(
        "territory_by_place", "territory", [sa.literal_column("point(lon, lat)")], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "vocabulary",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "change",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "occurred_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["change_batch.id"],
        ),
        sa.PrimaryKeyConstraint("batch_id", "ordinal"),
    )
    op.create_table(
        "cooperation_party",
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
        ),
        sa.PrimaryKeyConstraint("cooperation_id", "territory_id"),
    )
    op.create_index("cooperation_party_of", "cooperation_party", ["cooperation_id", "position"], unique=False)
    op.create_index(op.f("ix_cooperation_party_territory_id"), "cooperation_party", ["territory_id"], unique=False)
    op.create_table(
        "crosswalk",
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vocabulary"],
            ["vocabulary.name"],
        ),
        sa.PrimaryKeyConstraint("scheme", "vocabulary", "code"),
    )
    op.create_table(
        "initiative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_reason", sa.String(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("carrier_name", sa.String(), nullable=True),
        sa.Column("carrier_sector", sa.String(), nullable=True),
        sa.Column("carrier_kind", sa.String(), nullable=True),
        sa.Column("start_year", sa.Integer(), nullable=True),
        sa.Column("end_year", sa.Integer(), nullable=True),
        sa.Column("maturity", sa.String(), nullable=True),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mufpp_category", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.CheckConstraint("status in ('published', 'archived')", name="initiative_status"),
        sa.CheckConstraint("end_year >= start_year", name="initiative_years"),
        sa.CheckConstraint("jsonb_array_length(sources) > 0", name="initiative_sourced"),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("initiative_by_theme", "initiative", ["themes"], unique=False, postgresql_using="gin")
    op.create_index("initiative_of_territory", "initiative", ["territory_id", "id"], unique=False)
    op.create_table(
        "network_membership",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["network.id"],
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
        ),
        sa.PrimaryKeyConstraint("network_id", "territory_id"),
    )
    op.create_index("network_membership_of_territory", "network_membership", ["territory_id"], unique=False)
    op.create_table(
        "territory_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("theme", sa.String(), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("jsonb_array_length(sources) > 0", name="territory_problem_sourced"),
        sa.CheckConstraint("severity between 1 and 3", name="territory_problem_severity"),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("territory_problem_by_code", "territory_problem", ["problem"], unique=False)
    op.create_index("territory_problem_of", "territory_problem", ["territory_id", "position"], unique=False)
    op.create_table(
        "vocabulary_term",
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("alt_labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("broader", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mufpp_category", sa.String(), nullable=True),
        sa.Column("matches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary"],
            ["vocabulary.name"],
        ),
        sa.PrimaryKeyConstraint("vocabulary", "code"),
    )
    for statement in (GENESIS, *STAMP):
        op.execute(statement)


def downgrade() -> None:
    for statement in UNSTAMP:
        op.execute(statement)
    op.drop_table("vocabulary_term")
    op.drop_index("territory_problem_of", table_name="territory_problem")
    op.drop_index("territory_problem_by_code", table_name="territory_problem")
    op.drop_table("territory_problem")
    op.drop_index("network_membership_of_territory", table_name="network_membership")
    op.drop_table("network_membership")
    op.drop_index("initiative_of_territory", table_name="initiative")
    op.drop_index("initiative_by_theme", table_name="initiative", postgresql_using="gin")
    op.drop_table("initiative")
    op.drop_table("crosswalk")
    op.drop_index(op.f("ix_cooperation_party_territory_id"), table_name="cooperation_party")
    op.drop_index("cooperation_party_of", table_name="cooperation_party")
    op.drop_table("cooperation_party")
    op.drop_table("change")
    op.drop_table("vocabulary")
    op.drop_index("territory_by_place", table_name="territory", postgresql_using="gist")
    op.drop_index("territory_by_name", table_name="territory")
    op.drop_index("territory_by_country", table_name="territory")
    op.drop_table("territory")
    op.drop_table("network")
    op.drop_table("loaded_row")
    op.drop_table("loaded_file")
    op.drop_index("cooperation_by_theme", table_name="cooperation", postgresql_using="gin")
    op.drop_table("cooperation")
    op.drop_table("change_batch")
