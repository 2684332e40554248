"""What the migrations create so that `record` and `record_link` follow the tables of all kinds.

Triggers do it, not the application: whoever writes a record, the previous release and the bulk load too, keeps the
register true, and the links that the previous release makes by columns of its own. They run once a statement, not once
a row.
"""

from collections.abc import Mapping, Sequence

REGISTER = """
create function register_records() returns trigger language plpgsql as $$
begin
    insert into record (id, kind, slug, name, status, version, owner_id, updated_at, review_due, review_told,
                        review_note, themes, category, country_code, lon, lat, merged_into)
    select (j ->> 'id')::uuid, tg_argv[0], j ->> 'slug',
           case jsonb_typeof(coalesce(j -> 'title', j -> 'name'))
             when 'object' then coalesce(j -> 'title', j -> 'name')
             else jsonb_build_object('und', jsonb_build_object('text', j ->> 'name', 'origin', 'original')) end,
           j ->> 'status', (j ->> 'version')::integer, (j ->> 'owner_id')::uuid, (j ->> 'updated_at')::timestamptz,
           (j ->> 'review_due')::date, (j ->> 'review_told')::boolean, j ->> 'review_note',
           case when j ? 'themes'
             then array(select jsonb_array_elements_text(j -> 'themes')) else '{}'::text[] end,
           j ->> 'kind', j ->> 'country_code', (j ->> 'lon')::float8, (j ->> 'lat')::float8,
           (j ->> 'merged_into')::uuid
    from (select to_jsonb(written) as j from written) rows
    on conflict (id) do update set
        slug = excluded.slug, name = excluded.name, status = excluded.status, version = excluded.version,
        owner_id = excluded.owner_id, updated_at = excluded.updated_at, review_due = excluded.review_due,
        review_told = excluded.review_told, review_note = excluded.review_note,
        themes = excluded.themes, category = excluded.category, country_code = excluded.country_code,
        lon = excluded.lon, lat = excluded.lat, merged_into = excluded.merged_into;
    return null;
end $$
"""
"""Run by migration 0003: a change of it is a new constant in a new migration."""

UNREGISTER = "drop function register_records()"


def registering(table: str) -> Sequence[str]:
    """The triggers on a kind's table; the table is called as the kind."""
    return tuple(
        f"create trigger register_{event}ed after {event} on {table} referencing new table as written"
        f" for each statement execute function register_records('{table}')"
        for event in ("insert", "update")
    )


def unregistering(table: str) -> Sequence[str]:
    """What takes the triggers away again."""
    return tuple(f"drop trigger register_{event}ed on {table}" for event in ("insert", "update"))


LINKING: Mapping[str, tuple[str, str, str]] = {
    "initiative": ("territory", "id", "territory_id"),
    "cooperation_party": ("parties/territory", "cooperation_id", "territory_id"),
    "network_membership": ("networks/network", "territory_id", "network_id"),
}
"""Table → the relation that its rows are, the columns of who names and of who is named; `Kind.linked` tells of it."""


def linking(table: str) -> Sequence[str]:
    """The function and triggers that keep the links of a table's rows."""
    relation, source, target = LINKING[table]
    function = f"""
create function link_{table}() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from record_link l using former f
        where l.source_id = f.{source} and l.relation = '{relation}' and l.target_id = f.{target};
    end if;
    if tg_op <> 'DELETE' then
        insert into record_link (source_id, relation, target_id)
        select {source}, '{relation}', {target} from written on conflict do nothing;
    end if;
    return null;
end $$
"""  # noqa: S608 - constants
    referencing = {
        "insert": "new table as written",
        "update": "old table as former new table as written",
        "delete": "old table as former",
    }
    return (
        function,
        *(
            f"create trigger link_{event} after {event} on {table} referencing {tables}"
            f" for each statement execute function link_{table}()"
            for event, tables in referencing.items()
        ),
    )


def unlinking(table: str) -> Sequence[str]:
    """What takes them away again."""
    return (
        *(f"drop trigger link_{event} on {table}" for event in ("insert", "update", "delete")),
        f"drop function link_{table}()",
    )
