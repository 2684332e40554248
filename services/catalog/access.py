"""Who may write: the holder of the deployment's admin key. Reading what is published needs no key."""

import secrets
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.catalog.context import CatalogDep
from services.common.problems import FORBIDDEN, UNAUTHENTICATED, Problem

_bearer = HTTPBearer(auto_error=False, description="The key that may write.")


def require_admin(
    catalog: CatalogDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    """FastAPI dependency: raises `Problem` unless the request carries the admin key."""
    key = catalog.settings.admin_key
    if key is None:
        raise Problem(
            FORBIDDEN,
            {
                "en": "Writing is switched off here: no admin key is set.",
                "fr": "L'écriture est désactivée ici : aucune clé d'administration n'est définie.",
                "ar": "الكتابة معطلة هنا: لم يُضبط مفتاح إدارة.",
            },
        )
    given = credentials.credentials if credentials else ""
    if not secrets.compare_digest(given.encode(), key.get_secret_value().encode()):
        raise Problem(
            UNAUTHENTICATED,
            {
                "en": "Send the admin key as 'Authorization: Bearer …'.",
                "fr": "Envoyez la clé d'administration dans « Authorization: Bearer … ».",
                "ar": "أرسل مفتاح الإدارة في الترويسة 'Authorization: Bearer …'.",
            },
            headers={"WWW-Authenticate": "Bearer"},
        )


AdminOnly = Depends(require_admin)
