"""The operations that every kind of record has: read one, create, change, archive."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.catalog.context import ReaderDep
from services.catalog.duplicates.schemas import answer_model
from services.catalog.duplicates.writing import after_change, possible_duplicates
from services.catalog.records import writing
from services.catalog.records.finding import read_visible
from services.catalog.records.kinds import Kind
from services.catalog.records.parameters import (
    READ_ERRORS,
    WRITE_ERRORS,
    OptionalReason,
    ReasonParameter,
    RefPath,
)
from services.catalog.records.reading import OneRecord, read_one
from services.catalog.records.responses import record_response
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.geo import feature_schema, geojson_answer
from services.common.http.direct import direct
from services.common.http.documents import problem_responses
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly, MergePatchOnly, PatchBody, merge_patch_body

PUBLISHING = {"status": "published"}
"""The patch that records get the most often."""

MOVED = problem_responses(308)
"""A record that was renamed or merged answers with its new address."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What the OpenAPI page says of a kind: what a record is, what the list holds, what each operation does."""

    about: str
    listed: str
    get: str
    create: str
    change: str = "Change it by a merge patch (RFC 7396) on the form in which it is written; lists are replaced whole."
    archive: str = "Archive it: its address answers 410 with the reason, the change feed carries a tombstone."


def add_operations(router: APIRouter, kind: Kind, read: type[BaseModel], texts: Texts) -> None:
    """Add the routes of `kind` to a router whose prefix is its collection; lists are the kind's own."""
    write = kind.write
    scope = Scope.RECORDS_MODERATE if kind.moderated else Scope.RECORDS_WRITE
    answer = answer_model(read)
    place = geojson_answer(feature_schema(read)) if kind.as_feature else {}

    @router.get(
        "/{ref}",
        name=f"get_{kind.name}",
        description=texts.get,
        response_model=read,
        responses=MOVED | READ_ERRORS | place,
        dependencies=[OneRecord],
    )
    @direct
    async def get_record(request: Request) -> Response:
        return await read_one(request, kind)

    @router.post(
        "",
        name=f"create_{kind.name}",
        description=texts.create,
        status_code=201,
        response_model=answer,
        responses=WRITE_ERRORS,
        dependencies=[requires(scope), JsonOnly],
    )
    async def create_record(
        request: Request,
        session: SessionDep,
        reader: ReaderDep,
        caller: CallerDep,
        once: OnceDep,
        written: write,  # type: ignore[valid-type]  # the kind's own model: FastAPI reads it at run time
        reason: OptionalReason = None,
    ) -> Response:
        document = written.model_dump(mode="json")  # type: ignore[attr-defined]  # see above
        record_id = await writing.create(session, kind, reader.vocabularies, caller, document, reason)
        row = await read_visible(await reads_of(session), kind.queries, str(record_id), caller)
        further = await possible_duplicates(session, kind, record_id, caller, reader)
        created = record_response(request, row, kind, reader, status=201, further=further)
        created.headers["Location"] = f"{request.url.path}/{row['slug']}"
        return await once.keep(created)

    @router.patch(
        "/{ref}",
        name=f"change_{kind.name}",
        description=texts.change,
        response_model=answer,
        responses=MOVED | WRITE_ERRORS,
        dependencies=[requires(Scope.RECORDS_WRITE), MergePatchOnly],
        openapi_extra=merge_patch_body(write, kept=["status"], example=PUBLISHING),
    )
    async def change_record(
        request: Request,
        session: SessionDep,
        reader: ReaderDep,
        caller: CallerDep,
        ref: RefPath,
        patch: PatchBody,
        reason: OptionalReason = None,
        if_match: IfMatch = None,
    ) -> Response:
        vocabularies = reader.vocabularies
        record_id = await writing.change(session, kind, vocabularies, caller, ref, if_match, patch, reason)
        row = await read_visible(await reads_of(session), kind.queries, str(record_id), caller)
        further = await after_change(session, kind, record_id, patch, caller, reader)
        return record_response(request, row, kind, reader, further=further)

    @router.delete(
        "/{ref}",
        name=f"archive_{kind.name}",
        description=texts.archive,
        status_code=204,
        responses=MOVED | WRITE_ERRORS,
        dependencies=[requires(scope)],
    )
    async def archive_record(
        session: SessionDep, caller: CallerDep, ref: RefPath, reason: ReasonParameter, if_match: IfMatch = None
    ) -> None:
        await writing.archive(session, kind, caller, ref, if_match, reason)
