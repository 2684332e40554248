"""Log lines hold what finds a request again, and no key, wherever it was put."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from services.common.access.keys import new_key
from services.common.telemetry.logs import (
    FIELDS,
    JsonFormatter,
    TextFormatter,
    configure_logging,
    current_request,
    redact,
)
from services.common.telemetry.settings import ProcessSettings

KEY = new_key()


def record(message: str, *arguments: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("services.test", logging.INFO, __file__, 1, message, arguments, None)
    setattr(made, FIELDS, fields)
    return made


@pytest.fixture
def in_a_request() -> Iterator[str]:
    token = current_request.set("request-1")
    yield "request-1"
    current_request.reset(token)


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("services")
    before = root.handlers, root.level, own.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers, level, own_level = before
    root.setLevel(level)
    own.setLevel(own_level)


def test_a_json_line_has_time_level_message_request_and_further_fields(in_a_request: str) -> None:
    entry = json.loads(JsonFormatter().format(record("%s of %s", 1, 2, route="/x/{ref}", status=200)))
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "info",
        "logger": "services.test",
        "message": "1 of 2",
        "request_id": in_a_request,
        "route": "/x/{ref}",
        "status": 200,
    }


def test_an_error_stands_in_one_json_line_with_its_traceback() -> None:
    made = record("failed")
    try:
        raise ValueError(f"token={KEY}")
    except ValueError:
        made.exc_info = sys.exc_info()
    line = JsonFormatter().format(made)
    assert "\n" not in line
    assert KEY.secret not in line
    assert "ValueError: token=" in json.loads(line)["error"]


def test_half_a_character_does_not_lose_the_line() -> None:
    assert json.loads(JsonFormatter().format(record("half \ud800")))["message"] == "half \ud800"


@pytest.mark.parametrize(
    "written",
    [
        "/catalog/v1/api-keys/KEY",
        "GET /x?key=KEY&lang=fr",
        "/x?key%3DKEY",
        "Authorization: Bearer KEY",
        "{'authorization': 'bearer KEY'}",
        "two keys: KEYKEY",
    ],
)
def test_a_key_is_nowhere_in_a_line(written: str) -> None:
    written = written.replace("KEY", str(KEY))
    for formatter in (JsonFormatter(), TextFormatter()):
        line = formatter.format(record("%s", written, path=written))
        assert KEY.secret not in line
        assert "[redacted]" in line


def test_the_public_part_of_a_key_stays_to_revoke_it_by() -> None:
    assert redact(f"key {KEY} seen") == f"key lf_{KEY.public_id}_[redacted] seen"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("postgresql://letsfood:s3cret@db.example/catalog", "postgresql://letsfood:[redacted]@db.example/catalog"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic [redacted]"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_[redacted]"),
        ("https://letsfood.example:8000/self_reference/0190b2f2-0000-7000-8000-000000000000", None),
        ("GET /catalog/v1/territories/montpellier 200", None),
    ],
)
def test_passwords_go_and_what_is_none_stays(written: str, kept: str | None) -> None:
    assert redact(written) == (kept or written)


def test_a_message_cannot_begin_a_line_of_its_own_in_readable_logs(in_a_request: str) -> None:
    line = TextFormatter().format(record("GET /%s", "a\n12:00:00 ERROR forged\x1b[31m\u2028"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert in_a_request in line


@pytest.mark.usefixtures("logging_as_it_was")
@pytest.mark.parametrize(
    ("form", "development", "is_json"),
    [(None, True, False), (None, False, True), ("json", True, True), ("text", False, False)],
)
def test_development_reads_lines_and_machines_json(
    form: str | None, development: bool, is_json: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging(ProcessSettings.model_validate({"log_format": form}), development=development)
    logging.getLogger("services.test").info("hello")
    line = capfd.readouterr().err
    assert "hello" in line
    assert line.startswith("{") is is_json


@pytest.mark.usefixtures("logging_as_it_was")
def test_debug_is_of_our_own_code_never_of_libraries_that_would_log_headers(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging(ProcessSettings(log_level="debug"), development=False)
    logging.getLogger("services.test").debug("ours")
    logging.getLogger("httpcore.http11").debug("Authorization")
    logging.getLogger("httpx").info("GET http://catalog/?since=x")
    lines = capfd.readouterr().err.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["ours"]
