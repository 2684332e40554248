"""Places in a process: so many at once, so many a client, long polls apart."""

import pytest

from services.common.http.admission import MAX_RECEIVING, MAX_RECEIVING_PER_CLIENT, Admission
from services.common.problems import OVERLOADED, TOO_MANY_REQUESTS, Problem
from services.common.settings import ContractSettings

NORMAL = {"query_string": b""}
POLL = {"query_string": b"since=x&wait=30"}


def admission(**settings: int) -> Admission:
    return Admission.of(ContractSettings.model_validate(settings))


def test_one_more_than_there_are_places_is_refused_at_once() -> None:
    places = admission(max_in_flight=2)
    first, _ = places.enter(NORMAL, {}), places.enter(NORMAL, {})

    with pytest.raises(Problem) as raised:
        places.enter(NORMAL, {})
    first.leave()

    assert raised.value.kind is OVERLOADED
    assert raised.value.headers["Retry-After"] == "1"
    places.enter(NORMAL, {})


def test_requests_that_wait_do_not_take_the_places_of_those_that_work() -> None:
    places = admission(max_in_flight=1, max_waiting=1)
    places.enter(POLL, {})

    places.enter(NORMAL, {})
    with pytest.raises(Problem):
        places.enter(NORMAL, {b"accept": b"text/event-stream"})


def test_one_client_cannot_take_all_places() -> None:
    places = admission(max_in_flight=10, max_in_flight_per_client=1)
    places.enter(NORMAL, {}).claim("a")
    second = places.enter(NORMAL, {})

    with pytest.raises(Problem) as raised:
        second.claim("a")
    second.leave()

    assert raised.value.kind is TOO_MANY_REQUESTS
    places.enter(NORMAL, {}).claim("b")
    assert places.working.taken == 2


def test_bodies_on_their_way_take_no_places_of_those_that_work_and_have_a_bound_of_their_own() -> None:
    places = admission(max_in_flight=1)
    for number in range(MAX_RECEIVING):
        places.receive().claim(f"client {number}")

    with places.enter(NORMAL, {}), pytest.raises(Problem) as raised:
        places.receive()
    assert raised.value.kind is OVERLOADED


def test_one_client_cannot_take_all_places_for_bodies() -> None:
    places = admission()
    for _ in range(MAX_RECEIVING_PER_CLIENT):
        places.receive().claim("a")

    with pytest.raises(Problem) as raised, places.receive() as place:
        place.claim("a")

    assert raised.value.kind is TOO_MANY_REQUESTS
    assert places.receiving.taken == MAX_RECEIVING_PER_CLIENT


def test_nothing_is_kept_of_clients_that_left() -> None:
    places = admission()
    place = places.enter(NORMAL, {})
    place.claim("a")

    place.leave()

    assert (places.working.taken, places.working.by_client) == (0, {})
