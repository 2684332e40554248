"""The router of a kind of record: its list, and the operations on one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from services.catalog.records.kinds import Kind
from services.catalog.records.listing import AnyFilter, add_list
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import read_model
from services.common.http.app import service_router


def kind_router(
    kind: Kind,
    *,
    tag: str,
    texts: Texts,
    filters: Sequence[AnyFilter],
    order: str = "by slug",
    members: Mapping[str, Any] | None = None,
    always: str | None = None,
) -> APIRouter:
    """The routes below `/catalog/v1/{collection}` that every kind has.

    `members` of what is read replace and add to those that are written. The list is sorted as `order` says in words;
    what it holds has to fulfil the condition `always`.
    """
    read = read_model(kind.write, texts.about, members)
    router = service_router(f"/{kind.collection}", tags=[tag])
    add_list(router, kind, read, order, texts.listed, filters, always=always)
    add_operations(router, kind, read, texts)
    return router
