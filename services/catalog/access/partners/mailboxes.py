"""Which addresses are role mailboxes: a partner's contacts are offices, not persons.

No list of names could tell who is a person, so the rule goes the other way: every word of the local part is that of a
role or stands in the domain (`contact.pat-grenoble@grenoble.example`), at least one is a role, and the domain is not
one at which everybody gets an address. `marie.dupont@…`, `m.dupont@…` and `mdupont@…` fail all alike. Who is refused a
real role mailbox gives `contact@…`, or has its word added to `role_words.txt`.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.common.problems import FieldError


def _words(name: str) -> frozenset[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


ROLES = _words("role_words.txt")
"""Words of roles in English, French, Spanish, Portuguese and Latin-written Arabic, without accents."""

CONNECTORS = _words("connecting_words.txt")
"""Words between words, which say nothing by themselves."""

PERSONAL_HOSTS = _words("personal_hosts.txt")
"""Hosts at which everybody gets an address."""

PERSONAL_BRANDS = frozenset(
    ("aol", "gmail", "gmx", "googlemail", "hotmail", "live", "outlook", "protonmail", "yahoo", "yandex", "ymail")
)
"""The same under many endings: `yahoo.fr`, `yahoo.co.uk`, `yahoo.com.br`."""

SHORTEST_PART = 4
"""Letters that a role must have to be found within a word: `serviceagriculture` is two roles, `dgit` is none."""

_RUN_TOGETHER = re.compile(f"(?:{'|'.join(sorted(role for role in ROLES if len(role) >= SHORTEST_PART))})+")


def personal_contacts(addresses: Iterable[str]) -> Sequence[FieldError]:
    """An error for each of a partner's contacts, by place, whose address is no role mailbox."""
    return [
        FieldError(
            pointer=f"/contacts/{place}/email",
            detail="not a role mailbox of an organisation, such as contact@ or food@ at its own domain",
            code=code,
        )
        for place, address in enumerate(addresses)
        if (code := refusal(address)) is not None
    ]


def refusal(address: str) -> str | None:
    """Why an address (`local@domain`) is no role mailbox: `personal_host`, `personal_mailbox`; None for one."""
    local, _, domain = address.lower().rpartition("@")
    if _is_personal_host(domain):
        return "personal_host"
    words = [word for word in re.split(r"[^a-z]+", local) if word and word not in CONNECTORS]
    organisation = domain.replace("-", "")
    roles = [word for word in words if _is_role(word)]
    others = [word for word in words if not _is_role(word)]
    if not roles or any(len(word) < 3 or word not in organisation for word in others):
        return "personal_mailbox"
    return None


def _is_role(word: str) -> bool:
    return word in ROLES or _RUN_TOGETHER.fullmatch(word) is not None


def _is_personal_host(domain: str) -> bool:
    labels = domain.split(".")
    ends = {".".join(labels[place:]) for place in range(len(labels))}
    if ends & PERSONAL_HOSTS:
        return True
    brand = labels[-3] if len(labels) > 2 and labels[-2] in {"co", "com"} else labels[-2]
    return brand in PERSONAL_BRANDS
