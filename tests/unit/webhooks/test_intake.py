"""From changes to events: what is kept of a change."""

from services.common.clock import now
from services.common.feed.follower import Change
from services.common.ids import new_id
from services.webhooks.events.facts import Facts
from services.webhooks.events.intake import disappearance, events_of
from services.webhooks.events.repository import KnownSubject

DUPLICATE, SURVIVOR = str(new_id()), str(new_id())
KNOWN = KnownSubject("initiative", DUPLICATE, "catalog", 2, published=True, facts=Facts(themes=["food_waste"]))


def test_the_event_of_a_merge_keeps_what_stands_for_its_subject_and_the_facts_last_known() -> None:
    change = Change(str(new_id()), "initiative.merged", "initiative", DUPLICATE, 3, now(), None, SURVIVOR)
    [event], [subject] = events_of("catalog", [change], {("initiative", DUPLICATE): KNOWN})
    assert (event.subject_id, event.merged_into, event.state) == (DUPLICATE, SURVIVOR, None)
    assert event.facts == KNOWN.facts, "who followed the duplicate is told"
    assert (subject.id, subject.published) == (DUPLICATE, False)


def test_what_a_snapshot_does_not_hold_any_more_is_archived_into_nothing() -> None:
    [event], _ = events_of("catalog", [disappearance("c", KNOWN)], {("initiative", DUPLICATE): KNOWN})
    assert (event.type, event.merged_into, event.subject_version) == ("initiative.archived", None, 3)
