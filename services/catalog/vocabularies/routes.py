"""`/catalog/v1/vocabularies`."""

import copy
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Path, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.context import Catalog, CatalogDep, ReaderDep
from services.catalog.records.parameters import READ_ERRORS, WRITE_ERRORS
from services.catalog.records.representation import Reader, represent_vocabulary
from services.catalog.records.responses import language_headers
from services.catalog.vocabularies import terms as writing
from services.catalog.vocabularies.crosswalks.queries import terms_for
from services.catalog.vocabularies.crosswalks.schemas import MappedTerms, SchemeParameter
from services.catalog.vocabularies.repository import VocabularyState, fetch_vocabulary
from services.catalog.vocabularies.schemas import (
    TermAloneRead,
    TermContentWrite,
    TermWrite,
    VocabularyList,
    VocabularyRead,
    VocabularySummary,
)
from services.catalog.vocabularies.skos import (
    JSON_LD,
    Addresses,
    concept_document,
    scheme_document,
    schemes_document,
)
from services.catalog.vocabularies.skos_schema import SKOS_SCHEMA
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.etags import make_etag, none_match
from services.common.http.accept import wants
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly, MergePatchOnly, PatchBody, merge_patch_body
from services.common.problems import not_found

router = service_router("/vocabularies", tags=["vocabularies"])

SKOS: dict[int | str, dict[str, Any]] = {200: {"content": {JSON_LD: {"schema": SKOS_SCHEMA}}}}
NamePath = Annotated[str, Path(max_length=64, description="The vocabulary.", examples=["themes"])]
CodePath = Annotated[str, Path(max_length=64, description="The term's code.", examples=["food_waste"])]
MODERATORS = requires(Scope.RECORDS_MODERATE)


@router.get("", response_model=VocabularyList, responses=SKOS)
async def list_vocabularies(request: Request, catalog: CatalogDep, reader: ReaderDep) -> Response:
    """Every vocabulary: themes, problems, kinds of territories and actors, devices, stages …

    `Accept: application/ld+json` gives them as SKOS concept schemes.
    """
    if wants(request, JSON_LD):
        addresses = Addresses.of(catalog.settings.public_url, reader.vocabularies)
        return _json_ld(request, schemes_document(reader.vocabularies.values(), addresses), None)
    items = []
    for vocabulary in reader.vocabularies.values():
        state = vocabulary.state
        label = state["label"] if reader.languages.everything else state["label"].get(reader.languages.label)
        reader.used.update(state["label"] if reader.languages.everything else (reader.languages.label,))
        items.append(
            VocabularySummary(name=state["name"], version=vocabulary.version, label=label, terms=len(vocabulary.labels))
        )
    body = orjson.dumps(VocabularyList(items=items).model_dump(mode="json"))
    return Response(body, headers=language_headers(reader.used), media_type="application/json")


@router.get("/{name}", response_model=VocabularyRead, responses=READ_ERRORS | SKOS)
async def get_vocabulary(request: Request, catalog: CatalogDep, reader: ReaderDep, name: NamePath) -> Response:
    """One vocabulary: its codes with labels, alternative labels and broader terms.

    `Accept: application/ld+json` gives it as SKOS, every language at once: a concept scheme whose concepts have labels,
    broader and narrower concepts, and matches to actions of the Milan Pact and targets of the Sustainable Development
    Goals. An IRI is the address at which its term is read.

    Example: `/catalog/v1/vocabularies/themes?lang=ar`; `lang=all` gives every label.
    """
    vocabulary = _find(reader, name)
    if wants(request, JSON_LD):
        addresses = Addresses.of(catalog.settings.public_url, reader.vocabularies)
        return _json_ld(request, scheme_document(vocabulary, addresses), vocabulary.version)
    return _answer(request, represent_vocabulary(copy.deepcopy(dict(vocabulary.state)), reader), reader, vocabulary)


@router.get("/{name}/terms", response_model=MappedTerms, responses=problem_responses(400, 404))
async def find_terms(
    catalog: CatalogDep,
    reader: ReaderDep,
    name: NamePath,
    scheme: SchemeParameter,
    code: Annotated[str, Query(max_length=200, description="The scheme's code.", examples=["food_aid_and_access"])],
) -> Response:
    """What a code of another scheme is called here: by the crosswalk of a partner's scheme, or a term's own matches.

    Examples: `/catalog/v1/vocabularies/themes/terms?scheme=letsfood-dataset-2026&code=food_aid_and_access` is
    `food_solidarity`, near but not the same; `…/themes/terms?scheme=sdg-target&code=12.3` is `food_waste`.
    """
    vocabulary = _find(reader, name)
    found = await terms_for(catalog.database.pool, vocabulary, scheme, code)
    items = [{**_term(vocabulary, term, reader), "relation": relation} for term, relation in found]
    headers = language_headers(reader.used)
    return Response(orjson.dumps({"items": items, "next": None}), headers=headers, media_type="application/json")


@router.get("/{name}/terms/{code}", response_model=TermAloneRead, responses=READ_ERRORS | SKOS)
async def get_term(
    request: Request, catalog: CatalogDep, reader: ReaderDep, name: NamePath, code: CodePath
) -> Response:
    """One term: labels, definition, broader and narrower terms, matches. `Accept: application/ld+json` gives SKOS.

    Example: `/catalog/v1/vocabularies/themes/terms/food_waste?lang=fr`.
    """
    vocabulary = _find(reader, name)
    term = _find_term(vocabulary, code)
    if wants(request, JSON_LD):
        addresses = Addresses.of(catalog.settings.public_url, reader.vocabularies)
        return _json_ld(request, concept_document(vocabulary, term, addresses), vocabulary.version)
    return _answer(request, _term(vocabulary, term, reader), reader, vocabulary)


@router.post(
    "/{name}/terms",
    status_code=201,
    response_model=TermAloneRead,
    responses=WRITE_ERRORS,
    dependencies=[MODERATORS, JsonOnly],
)
async def create_term(
    request: Request,
    session: SessionDep,
    catalog: CatalogDep,
    reader: ReaderDep,
    once: OnceDep,
    name: NamePath,
    written: TermWrite,
) -> Response:
    """Add a term to a vocabulary, in French, English and Arabic. Its code stays; 409 when there is one already.

    The change feed says `vocabulary.changed`. Loading the data set again leaves the term as it is.
    """
    await writing.add_term(session, name, written)
    vocabulary = await _as_changed(session, catalog, name)
    term = _find_term(vocabulary, written.code)
    created = _answer(request, _term(vocabulary, term, reader), reader, vocabulary, status=201)
    created.headers["Location"] = f"{request.url.path}/{written.code}"
    return await once.keep(created)


@router.patch(
    "/{name}/terms/{code}",
    response_model=TermAloneRead,
    responses=WRITE_ERRORS,
    dependencies=[MODERATORS, MergePatchOnly],
    openapi_extra=merge_patch_body(TermContentWrite),
)
async def change_term(
    request: Request,
    session: SessionDep,
    catalog: CatalogDep,
    reader: ReaderDep,
    name: NamePath,
    code: CodePath,
    patch: PatchBody,
    if_match: IfMatch = None,
) -> Response:
    """Change a term's labels, other words for it, definition, broader terms or matches by a merge patch (RFC 7396).

    If-Match names the vocabulary's version, as the ETag of the vocabulary and of each of its terms does. The change
    feed says `vocabulary.changed`. Loading the data set again leaves the term as it is.

    Example: `{"alt_labels": {"fr": ["gâchis alimentaire"]}}`.
    """
    await writing.change_term(session, name, code, if_match, patch)
    vocabulary = await _as_changed(session, catalog, name)
    return _answer(request, _term(vocabulary, _find_term(vocabulary, code), reader), reader, vocabulary)


def _find(reader: Reader, name: str) -> VocabularyState:
    vocabulary = reader.vocabularies.get(name)
    if vocabulary is None:
        raise not_found(name)
    return vocabulary


def _find_term(vocabulary: VocabularyState, code: str) -> Mapping[str, Any]:
    terms: Sequence[Mapping[str, Any]] = vocabulary.state["terms"]
    term = next((term for term in terms if term["code"] == code), None)
    if term is None:
        raise not_found(code)
    return term


def _term(vocabulary: VocabularyState, term: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """A term for one reader."""
    alone = represent_vocabulary({**vocabulary.state, "terms": [copy.deepcopy(term)]}, reader)
    return {
        **alone["terms"][0],
        "vocabulary": alone["name"],
        "version": vocabulary.version,
        "lang": alone["lang"],
        "narrower": list(vocabulary.narrower.get(term["code"], ())),
    }


async def _as_changed(session: AsyncSession, catalog: Catalog, name: str) -> VocabularyState:
    """The vocabulary as the open transaction leaves it; once that is committed, this process forgets the former."""
    catalog.vocabularies.forget_after(session)
    return await fetch_vocabulary(await reads_of(session), name)


def _answer(
    request: Request, representation: Mapping[str, Any], reader: Reader, vocabulary: VocabularyState, status: int = 200
) -> Response:
    body = orjson.dumps(representation)
    headers = language_headers(reader.used) | {"ETag": make_etag(vocabulary.version, body)}
    if status == 200 and none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def _json_ld(request: Request, document: Mapping[str, Any], version: int | None) -> Response:
    body = orjson.dumps(document)
    headers = {"Vary": "Accept-Language, Accept"}
    if version is not None:
        headers["ETag"] = make_etag(version, body)
        if none_match(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON_LD)
