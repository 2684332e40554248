"""After a change of the keys in the settings: everything sealed is sealed anew under the first of them."""

import logging

from services.common.database import Database
from services.webhooks.endpoints.vault import SealBroken, Vault

logger = logging.getLogger(__name__)

SEALED = {"endpoint_secret": "sealed", "endpoint": "sealed_headers"}
"""Columns by table."""

BATCH = 500


async def renew_seals(database: Database, vault: Vault) -> int:
    """Seal anew what is not under the first key; returns how many values none of the keys opens."""
    broken = 0
    for table, column in SEALED.items():
        last = None
        while rows := await database.pool.fetch(
            f"select id, {column} as sealed from {table}"  # noqa: S608 - constants
            f" where {column} is not null and ($1::uuid is null or id > $1) order by id limit {BATCH}",
            last,
        ):
            last = rows[-1]["id"]
            for row in rows:
                try:
                    renewed = vault.renewed(row["sealed"])
                except SealBroken:
                    broken += 1
                    continue
                if renewed is not None:
                    await database.pool.execute(
                        f"update {table} set {column} = $3 where id = $1 and {column} = $2",  # noqa: S608 - constants
                        row["id"],
                        row["sealed"],
                        renewed,
                    )
    if broken:
        logger.error("%d secret(s) of endpoints were encrypted with a key that is not in WEBHOOKS_SECRET_KEYS", broken)
    return broken
