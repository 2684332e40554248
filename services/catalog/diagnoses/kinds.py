"""What diagnoses, workshops and priority actions are, as kinds of records."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.diagnoses.models import Diagnosis, PriorityAction, Workshop
from services.catalog.diagnoses.schemas import DiagnosisWrite, PriorityActionWrite, WorkshopWrite
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import PUBLISHED, RecordLink
from services.catalog.records.representation import feature_of_territories
from services.common.problems import FieldError


async def _check_named_findings(session: AsyncSession, document: Document, diagnosis_id: UUID) -> list[FieldError]:
    """An error when a published priority action names a finding that the diagnosis would no longer hold."""
    held = {finding["id"] for finding in document["findings"]}
    query = (
        select(PriorityAction.findings)
        .join(RecordLink, col(RecordLink.source_id) == col(PriorityAction.id))
        .where(RecordLink.target_id == diagnosis_id, PriorityAction.status == PUBLISHED)
    )
    named = {
        each["finding"]
        for findings in (await session.exec(query)).all()
        for each in findings
        if each["diagnosis"] == str(diagnosis_id) and each["finding"]
    }
    if named <= held:
        return []
    detail = "a published priority action names a finding that would be gone"
    return [FieldError(pointer="/findings", detail=detail, code="finding_in_use")]


DIAGNOSIS = Kind(
    name="diagnosis",
    collection="diagnoses",
    model=Diagnosis,
    write=DiagnosisWrite,
    check=_check_named_findings,
    places=("territory",),
)
WORKSHOP = Kind(
    name="workshop",
    collection="workshops",
    model=Workshop,
    write=WorkshopWrite,
    places=("territories",),
    as_feature=feature_of_territories("territories"),
)


async def _check_findings(session: AsyncSession, document: Document, action_id: UUID) -> list[FieldError]:  # noqa: ARG001 - as `Check` is called
    """An error for each finding that its diagnosis does not hold."""
    wanted = [
        (place, UUID(named["diagnosis"]), named["finding"])
        for place, named in enumerate(document["findings"])
        if named["finding"]
    ]
    if not wanted:
        return []
    query = select(Diagnosis.id, Diagnosis.content).where(col(Diagnosis.id).in_({each for _, each, _ in wanted}))
    held = {
        diagnosis: {finding["id"] for finding in content.get("findings", [])}
        for diagnosis, content in (await session.exec(query)).all()
    }
    return [
        FieldError(
            pointer=f"/findings/{place}/finding",
            detail="the diagnosis has no such finding",
            code="unknown_finding",
        )
        for place, diagnosis, finding in wanted
        if finding not in held.get(diagnosis, set())
    ]


PRIORITY_ACTION = Kind(
    name="priority_action",
    collection="priority-actions",
    model=PriorityAction,
    write=PriorityActionWrite,
    check=_check_findings,
    places=("territories",),
    as_feature=feature_of_territories("territories"),
)
