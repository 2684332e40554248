"""`/catalog/v1/diagnoses`, `/catalog/v1/workshops`, `/catalog/v1/priority-actions`."""

from services.catalog.diagnoses.kinds import DIAGNOSIS, PRIORITY_ACTION, WORKSHOP
from services.catalog.diagnoses.schemas import DiagnosisWrite, PriorityActionWrite, WorkshopWrite
from services.catalog.records.listing import PLACES, THEME, add_list, coded, linked
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

DiagnosisRead = read_model(DiagnosisWrite, "A diagnosis of a territory's food system, with what it found.")
DiagnosisPage = page_model(DiagnosisRead, "by slug")
diagnoses = service_router(f"/{DIAGNOSIS.collection}", tags=["diagnoses"])
add_list(
    diagnoses,
    DIAGNOSIS,
    DiagnosisPage,
    "Diagnoses by slug. Example: `/catalog/v1/diagnoses?territory=fes`.",
    [
        coded("kind", "diagnosis_kinds"),
        coded(
            "problem",
            "problems",
            "exists (select from jsonb_array_elements(coalesce(r.content -> 'findings', '[]')) f"
            " where f ->> 'problem' = any({0}))",
        ),
        *PLACES,
    ],
)
add_operations(
    diagnoses,
    DIAGNOSIS,
    DiagnosisRead,
    Texts(
        get="One diagnosis by id or slug, with its findings. Example: `/catalog/v1/diagnoses/fes-lets-food-cities`.",
        create="Publish a diagnosis. 409 when the slug is taken, 422 naming everything that is not known.",
        change="""Change a diagnosis by a merge patch (RFC 7396) on the form in which it is written. A finding keeps
its identity, by which priority actions name it, by its `id`.""",
    ),
)

WorkshopRead = read_model(WorkshopWrite, "A workshop in which territories chose what to do.")
WorkshopPage = page_model(WorkshopRead, "by slug")
workshops = service_router(f"/{WORKSHOP.collection}", tags=["diagnoses"])
add_list(
    workshops,
    WORKSHOP,
    WorkshopPage,
    "Workshops by slug. Example: `/catalog/v1/workshops?territory=sefrou`.",
    [coded("kind", "workshop_kinds"), *PLACES],
)
add_operations(
    workshops,
    WORKSHOP,
    WorkshopRead,
    Texts(
        get="One workshop by id or slug. What was chosen in it: `/catalog/v1/priority-actions?workshop=…`.",
        create="Publish a workshop. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
)

PriorityActionRead = read_model(
    PriorityActionWrite, "An action that was chosen: the findings and the workshop that it comes from."
)
PriorityActionPage = page_model(PriorityActionRead, "by slug")
priority_actions = service_router(f"/{PRIORITY_ACTION.collection}", tags=["diagnoses"])
add_list(
    priority_actions,
    PRIORITY_ACTION,
    PriorityActionPage,
    "Priority actions by slug. Example: `/catalog/v1/priority-actions?territory=sefrou`.",
    [
        THEME,
        coded("stage", "priority_action_statuses"),
        linked("workshop", "l.relation = 'workshop'"),
        linked("diagnosis", "l.relation = 'findings/diagnosis'"),
        *PLACES,
    ],
)
add_operations(
    priority_actions,
    PRIORITY_ACTION,
    PriorityActionRead,
    Texts(
        get="One priority action by id or slug: why it was chosen, and what inspired it.",
        create="""Publish a priority action. 422 when it names neither a finding nor a workshop, 409 when the slug is
taken.""",
    ),
)
