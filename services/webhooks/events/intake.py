"""From changes of a feed to events: pure, but for the ids it draws."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from services.common.clock import now
from services.common.feed.follower import Change, Record
from services.common.ids import new_id, parse_id
from services.webhooks.event_types.catalogue import API_VERSION
from services.webhooks.events.facts import Facts, facts_of, territory_ids
from services.webhooks.events.repository import KnownSubject, NewEvent, Subject

ARCHIVED = ".archived"
LEFT = (ARCHIVED, ".merged")
"""Endings of the types by which a subject leaves publication."""


def subjects_needed(changes: Iterable[Change]) -> list[Subject]:
    """What has to be known of before: the subjects, and the territories that their states name."""
    needed = {
        subject
        for change in changes
        for subject in (
            (change.kind, change.subject_id),
            *(("territory", one) for one in territory_ids(change.kind, change.data or {}) if parse_id(one)),
        )
    }
    return sorted(needed)


def events_of(
    feed: str, changes: Sequence[Change], known: Mapping[Subject, KnownSubject]
) -> tuple[list[NewEvent], list[KnownSubject]]:
    """The events of changes in their order, and what is known of their subjects afterwards, each once."""
    territories = {one: subject.facts for (kind, one), subject in known.items() if kind == "territory"}
    heard: dict[Subject, KnownSubject] = {}
    events = []
    for change in changes:
        key = (change.kind, change.subject_id)
        former = heard.get(key) or known.get(key)
        subject = heard[key] = _heard(feed, change, former, territories)
        if change.kind == "territory":
            territories[change.subject_id] = subject.facts
        events.append(_event(feed, change, subject.facts, former.facts if former else None))
    return events, list(heard.values())


def _heard(feed: str, change: Change, former: KnownSubject | None, territories: Mapping[str, Facts]) -> KnownSubject:
    if change.data is None:
        facts = former.facts if former else Facts()
        return KnownSubject(change.kind, change.subject_id, feed, change.version, published=False, facts=facts)
    facts = facts_of(change.kind, change.data, territories)
    version = max(change.version, change.data.get("version", 0))
    return KnownSubject(change.kind, change.subject_id, feed, version, published=True, facts=facts)


def _event(feed: str, change: Change, facts: Facts, former: Facts | None) -> NewEvent:
    """A subject that has left and is back by now comes without its state: the event that brings it back has that."""
    return NewEvent(
        id=new_id(),
        feed=feed,
        change_id=change.id,
        type=change.type,
        subject_kind=change.kind,
        subject_id=change.subject_id,
        subject_version=change.version,
        occurred_at=change.occurred_at,
        api_version=API_VERSION,
        state=None if change.type.endswith(LEFT) else change.data,
        facts=facts,
        former_facts=former if former != facts else None,
        merged_into=change.merged_into,
    )


def differences(cursor: str, records: Iterable[Record], known: Mapping[Subject, KnownSubject]) -> list[Change]:
    """The changes that lead from what is known to the records of a snapshot at `cursor`: none of them was read."""
    changes = []
    for record in records:
        before = known.get((record.kind, record.id))
        if before is None or not before.published or before.version != record.version:
            changes.append(_difference(cursor, record, known=before is not None))
    return changes


def disappearance(cursor: str, subject: KnownSubject) -> Change:
    """The change of a subject that the snapshot at `cursor` does not hold any more: why, that does not say."""
    version = subject.version + 1
    change_id = _change_id(cursor, subject.kind, subject.id, version)
    return Change(change_id, f"{subject.kind}{ARCHIVED}", subject.kind, subject.id, version, now(), None)


def _difference(cursor: str, record: Record, *, known: bool) -> Change:
    event = "changed" if record.kind == "vocabulary" else "updated" if known else "created"
    changed = record.data.get("updated_at")
    return Change(
        _change_id(cursor, record.kind, record.id, record.version),
        f"{record.kind}.{event}",
        record.kind,
        record.id,
        record.version,
        datetime.fromisoformat(changed) if changed else now(),
        record.data,
    )


def _change_id(cursor: str, kind: str, record_id: str, version: int) -> str:
    """The same however often the snapshot is read again."""
    return str(uuid5(NAMESPACE_URL, f"{cursor}/{kind}/{record_id}/{version}"))
