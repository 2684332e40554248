"""`/catalog/v1/diagnoses`, `/catalog/v1/workshops`, `/catalog/v1/priority-actions`."""

from services.catalog.diagnoses.kinds import DIAGNOSIS, PRIORITY_ACTION, WORKSHOP
from services.catalog.records.listing import PLACES, THEME, coded, linked
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

diagnoses = kind_router(
    DIAGNOSIS,
    tag="diagnoses",
    texts=Texts(
        about="A diagnosis of a territory's food system, with what it found.",
        listed="Diagnoses by slug. Example: `/catalog/v1/diagnoses?territory=fes`.",
        get="One diagnosis by id or slug, with its findings. Example: `/catalog/v1/diagnoses/fes-lets-food-cities`.",
        create="Publish a diagnosis. 409 when the slug is taken, 422 naming everything that is not known.",
        change="""Change a diagnosis by a merge patch (RFC 7396) on the form in which it is written. A finding keeps
its identity, by which priority actions name it, by its `id`.""",
    ),
    filters=[
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

workshops = kind_router(
    WORKSHOP,
    tag="diagnoses",
    texts=Texts(
        about="A workshop in which territories chose what to do.",
        listed="Workshops by slug. Example: `/catalog/v1/workshops?territory=sefrou`.",
        get="One workshop by id or slug. What was chosen in it: `/catalog/v1/priority-actions?workshop=…`.",
        create="Publish a workshop. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
    filters=[coded("kind", "workshop_kinds"), *PLACES],
)

priority_actions = kind_router(
    PRIORITY_ACTION,
    tag="diagnoses",
    texts=Texts(
        about="An action that was chosen: the findings and the workshop that it comes from.",
        listed="Priority actions by slug. Example: `/catalog/v1/priority-actions?territory=sefrou`.",
        get="One priority action by id or slug: why it was chosen, and what inspired it.",
        create="""Publish a priority action. 422 when it names neither a finding nor a workshop, 409 when the slug is
taken.""",
    ),
    filters=[
        THEME,
        coded("stage", "priority_action_statuses"),
        linked("workshop", "l.relation = 'workshop'"),
        linked("diagnosis", "l.relation = 'findings/diagnosis'"),
        *PLACES,
    ],
)
