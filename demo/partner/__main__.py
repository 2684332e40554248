"""`make demo-partner`: Let's Food and a partner network, each in a process of its own. The partner is killed, and
catches up.

Ends with 0 once the partner has had, after each step, the same records in the same versions.
"""

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from demo.partner.letsfood import LetsFood
from demo.partner.processes import NotInStep, free_port, running, wait_until

console = Console(highlight=False)

START_S = 180
INITIATIVES = "/catalog/v1/initiatives"
NEW = {
    "slug": "rivages-cantines",
    "title": {"fr": "Les cantines des rivages"},
    "summary": {"fr": "Des cantines de bord de mer achètent ensemble aux pêcheurs de la côte."},
    "territory": "montpellier",
    "themes": ["school_canteens"],
    "sources": [{"title": "Démonstration d'un réseau partenaire"}],
}


@dataclass
class Demonstration:
    """Both sides, and how they compare."""

    letsfood: LetsFood
    partner: str
    """Its address."""

    def records(self) -> dict[str, int]:
        """What the partner has, as `LetsFood.versions`; empty while it does not answer."""
        try:
            versions: dict[str, int] = httpx.get(f"{self.partner}/records", timeout=10).json()["records"]
        except httpx.TransportError:
            return {}
        return versions

    def in_step(self) -> bool:
        """Whether both have the same records in the same versions."""
        return self.records() == self.letsfood.versions()

    def compare_after(self, what: str) -> None:
        """Wait until both are the same again, and say so."""
        took = wait_until(f"not the same after: {what}", self.in_step)
        count = len(self.records())
        console.print(f"[green]✓[/green] {what}: the same {count} records {took:.1f} s later", soft_wrap=True)

    def table(self) -> Table:
        """Both sides by kind."""
        ours, theirs = self.letsfood.versions(), self.records()
        table = Table("records")
        for column in ("Let's Food", "partner", "different"):
            table.add_column(column, justify="right")
        other = {key for key, version in ours.items() if theirs.get(key) != version} | (theirs.keys() - ours.keys())
        columns = [Counter(key.partition("/")[0] for key in side) for side in (ours, theirs, other)]
        for kind in sorted(columns[0] | columns[1]):
            table.add_row(kind, *(str(column[kind]) for column in columns))
        return table


def serves(address: str) -> bool:
    """Whether everything there is ready."""
    try:
        return all(httpx.get(f"{address}/{name}/health/ready").is_success for name in ("catalog", "webhooks"))
    except httpx.TransportError:
        return False


@dataclass
class Endpoint:
    """The partner's endpoint, seen with a key of its own."""

    letsfood: LetsFood
    id: str
    secret: str

    def waiting(self) -> list[dict[str, Any]]:
        """The deliveries that have not arrived yet."""
        found: list[dict[str, Any]] = self.letsfood.ask(
            "GET", f"/webhooks/v1/endpoints/{self.id}/deliveries?state=pending&limit=200"
        )["items"]
        return found


def connect(admin: LetsFood, address: str, hooks: str) -> Endpoint:
    """Make a partner, a key for it, and with that key its endpoint."""
    admin.ask("POST", "/catalog/v1/partners", {"slug": "rivages", "name": "Rivages", "kind": "network"})
    wanted = {"partner": "rivages", "name": "synchronisation", "scopes": ["webhooks:manage"]}
    partner = LetsFood(address, admin.ask("POST", "/catalog/v1/api-keys", wanted)["key"])
    written = {"url": hooks, "description": "Copy of everything", "retry_schedule": [0, 1, 2, 5, 10, 10]}
    made = partner.ask("POST", "/webhooks/v1/endpoints", written)
    return Endpoint(partner, made["id"], made["secret"])


def demonstrate(folder: Path) -> None:
    """Begin, follow, be killed and catch up; raises `NotInStep`."""
    port, partner_port = free_port(), free_port()
    address, partner_address = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{partner_port}"
    up = ("services.cli", "up", "--port", str(port), "--state-dir", str(folder / "letsfood"))
    network = ("demo.partner.network", address, str(partner_port), str(folder / "copy.sqlite"))
    log = folder / "log"
    with running(log, *up, WEBHOOKS_ALLOWED_SUBNETS="127.0.0.0/8", WEBHOOKS_PUBLIC_URL=address):
        console.print("Starting Let's Food in a folder of its own …")
        wait_until("Let's Food does not serve", lambda: serves(address), START_S)
        admin = LetsFood(address, (folder / "letsfood" / "admin-key").read_text().strip())
        endpoint = connect(admin, address, f"{partner_address}/hooks")
        both = Demonstration(admin, partner_address)
        with running(log, *network, WEBHOOK_SECRET=endpoint.secret) as process:
            both.compare_after("The partner begins from the snapshot")
            admin.change(f"{INITIATIVES}/tav-lyon", title={"fr": "Une fois"})
            both.compare_after("A title is changed")
            admin.ask("POST", INITIATIVES, NEW)
            both.compare_after("An initiative is added")
            process.kill()
        admin.change(f"{INITIATIVES}/tav-lyon", title={"fr": "Deux fois"})
        admin.change("/catalog/v1/territories/fes", name={"fr": "Fès la nuit"})
        admin.archive(f"{INITIATIVES}/{NEW['slug']}")
        wait_until("no attempt has failed", lambda: any(delivery["attempts"] for delivery in endpoint.waiting()))
        console.print(f"The partner was killed; {len(endpoint.waiting())} deliveries wait for it")
        with running(log, *network, WEBHOOK_SECRET=endpoint.secret):
            both.compare_after("The partner is back")
            wait_until("deliveries still wait", lambda: not endpoint.waiting())
            both.compare_after("Every delivery has arrived by now, some after the feed")
            console.print(both.table())


def main() -> int:
    """Run it in a folder that is removed when all went well."""
    with tempfile.TemporaryDirectory(prefix="letsfood-demo-", ignore_cleanup_errors=True) as folder:
        try:
            demonstrate(Path(folder))
        except NotInStep as failure:
            console.print(f"[red]✗[/red] {failure}", soft_wrap=True)
            console.print(
                "\n".join((Path(folder) / "log").read_text().splitlines()[-20:]), markup=False, soft_wrap=True
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
