"""`docs/settings.md` says what the settings classes say."""

import re

from services.launch.safety import variable
from services.launch.settings_document import DOCUMENT, SERVICES, settings_document

WRITTEN = "run `letsfood settings` and commit what it writes"


def test_the_document_is_as_the_classes_are() -> None:
    assert DOCUMENT.read_text() == settings_document(), WRITTEN


def test_every_variable_of_every_service_is_in_it_with_a_description() -> None:
    rows = [row.strip("| ").split(" | ") for row in settings_document().splitlines() if row.startswith("| `")]
    assert all(len(row) == 5 and row[4].strip() for row in rows)
    named = {re.sub(r"[` ⚠]", "", row[0]) for row in rows}
    for kind in SERVICES.values():
        prefix = str(kind.model_config["env_prefix"])
        for name in kind.model_fields:
            own = variable(kind, name)
            assert own in named or own.replace(prefix, "{SERVICE}_", 1) in named


def test_no_secret_has_a_default() -> None:
    for row in settings_document().splitlines():
        if "| secret |" in row:
            assert "| secret | – |" in row
