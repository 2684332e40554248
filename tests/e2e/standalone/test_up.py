"""`letsfood up` on the real data set, from nothing, through kill -9, to nothing."""

import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.standalone.conftest import Start, Up

PATCH = {"Content-Type": "application/merge-patch+json"}
SEARCHABLE_WITHIN_S = 1.0
INTERRUPTED = (130, -signal.SIGINT)
"""Ended by Ctrl-C while Python is still loading modules: by click's handler, or before there is one."""


def found(up: Up, q: str, **parameters: str) -> list[str]:
    answer = up.get("/search/v1/initiatives", q=q, limit="200", **parameters)
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


def retitle(up: Up, slug: str, title: str) -> None:
    address = f"{up.base}/catalog/v1/initiatives/{slug}"
    key = (up.state / "admin-key").read_text().strip()
    headers = PATCH | {"Authorization": f"Bearer {key}", "If-Match": httpx.get(address).headers["etag"]}
    assert httpx.patch(address, json={"title": {"fr": title}}, headers=headers).status_code == 200


def check_match(match: dict[str, Any]) -> None:
    assert 0 <= match["score"] <= 1
    contributions = sum(criterion["contribution"] for criterion in match["criteria"])
    assert abs(contributions - match["score"]) < 0.001
    for problem in match["shared_problems"]:
        for side in ("seeker", "candidate"):
            assert all(statement["evidence"]["text"] and statement["sources"] for statement in problem[side])


def test_the_whole_path_from_nothing_through_a_kill(start: Start) -> None:
    up = start().wait_until_served()
    english, french, arabic = (found(up, q) for q in ("food waste", "gaspillage alimentaire", "هدر الطعام"))
    assert set(english) == set(french) == set(arabic)
    assert len(english) == 200
    assert found(up, "comedores escolares", lang="es")
    matches = up.get("/matching/v1/territories/montpellier/matches", lang="fr").json()
    assert matches["items"][0]["territory"]["slug"] == "fes"
    for match in matches["items"] + up.get("/matching/v1/territories/grenoble/matches").json()["items"]:
        check_match(match)
    assert up.get("/").status_code == 200
    assert f"{up.base}/docs" in up.output()
    assert up.get("/docs").status_code == 200
    paths = up.get("/openapi.json").json()["paths"]
    assert {"/catalog/v1/territories", "/search/v1/initiatives"} <= set(paths)
    assert "marche-producteurs-fes" in found(up, "marché", bbox="-5.5,33.5,-4.5,34.5")
    assert "marche-producteurs-fes" not in found(up, "marché", bbox="-4.5,33.5,-5.5,34.5")

    retitle(up, "tav-lyon", "Zygomorphe des cantines")
    until = time.monotonic() + SEARCHABLE_WITHIN_S
    while "tav-lyon" not in found(up, "zygomorphe"):
        assert time.monotonic() < until, "a changed title is not searchable within a second"

    up.process.kill()
    up.process.wait()
    again = start(state=up.state).wait_until_served()
    assert "tav-lyon" in found(again, "zygomorphe"), "the next start undid an edit"
    assert again.get("/catalog/v1/initiatives/tav-lyon").json()["version"] == 2
    assert again.end(signal.SIGTERM) == 0
    assert again.processes() == []


def test_ctrl_c_while_it_starts_leaves_nothing_behind(start: Start) -> None:
    for delay in (0.5, 1.5, 3.0):
        up = start()
        time.sleep(delay)
        assert up.end(signal.SIGINT) in {0, *INTERRUPTED}, up.output()
        assert up.processes() == []
        assert "Traceback" not in up.output()


def test_of_two_starts_at_once_one_serves_and_the_other_says_why(start: Start) -> None:
    both = [start(), start()]
    until = time.monotonic() + 60
    while all(up.process.poll() is None for up in both) and time.monotonic() < until:
        time.sleep(0.05)
    [loser] = [up for up in both if up.process.poll() is not None]
    assert loser.process.returncode == 1
    assert len(loser.output().strip().splitlines()) == 1, loser.output()
    [winner] = [up for up in both if up is not loser]
    winner.wait_until_served()
    again = start(port=int(winner.base.rpartition(":")[2]))
    assert again.process.wait(timeout=60) == 1
    assert again.output().startswith("Already running"), "the port is busy because this runs already"


def test_a_busy_port_and_an_unusable_folder_are_one_clear_line(start: Start, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = start(port=port)
        assert busy.process.wait(timeout=60) == 1
        assert str(port) in busy.output()
        assert len(busy.output().strip().splitlines()) == 1
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    unusable = start(state=occupied / "state")
    assert unusable.process.wait(timeout=60) == 1
    assert len(unusable.output().strip().splitlines()) == 1, unusable.output()
