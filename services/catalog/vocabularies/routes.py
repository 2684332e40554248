"""`/catalog/v1/vocabularies`."""

import copy
from typing import Annotated

import orjson
from fastapi import Path, Request, Response

from services.catalog.context import ReaderDep
from services.catalog.records.operations import READ_ERRORS
from services.catalog.records.representation import represent_vocabulary
from services.catalog.records.responses import language_headers
from services.catalog.vocabularies.schemas import VocabularyList, VocabularyRead, VocabularySummary
from services.common.etags import make_etag, none_match
from services.common.http.app import service_router
from services.common.problems import not_found

router = service_router("/vocabularies", tags=["vocabularies"])


@router.get("")
async def list_vocabularies(reader: ReaderDep, response: Response) -> VocabularyList:
    """Every vocabulary: themes, problems, kinds of territories and actors, devices, stages …"""
    items = []
    for vocabulary in reader.vocabularies.values():
        state = vocabulary.state
        label = state["label"] if reader.languages.everything else state["label"].get(reader.languages.label)
        items.append(
            VocabularySummary(name=state["name"], version=vocabulary.version, label=label, terms=len(vocabulary.labels))
        )
    response.headers.update(language_headers({reader.languages.label}))
    return VocabularyList(items=items)


@router.get("/{name}", response_model=VocabularyRead, responses=READ_ERRORS)
async def get_vocabulary(
    request: Request, reader: ReaderDep, name: Annotated[str, Path(max_length=64, examples=["themes"])]
) -> Response:
    """One vocabulary: its codes with labels, alternative labels and broader terms.

    Example: `/catalog/v1/vocabularies/themes?lang=ar`; `lang=all` gives every label.
    """
    vocabulary = reader.vocabularies.get(name)
    if vocabulary is None:
        raise not_found(name)
    representation = represent_vocabulary(copy.deepcopy(dict(vocabulary.state)), reader)
    body = orjson.dumps(representation)
    headers = language_headers(reader.used) | {"ETag": make_etag(vocabulary.version, body)}
    if none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
