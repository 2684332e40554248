"""Terms and crosswalks changed wrongly."""

from tests.contract.common.error_case import do

VOCABULARIES = [
    do(
        "a term in two languages only",
        "POST vocabularies/themes/terms",
        "invalid",
        "/label/ar",
        body={"code": "x", "label": {"fr": "X", "en": "X"}},
    ),
    do(
        "a term that there is",
        "POST vocabularies/themes/terms",
        "conflict",
        "/code",
        body={"code": "food_waste", "label": {"fr": "X", "en": "X", "ar": "س"}},
    ),
    do(
        "a circle of terms",
        "PATCH vocabularies/themes/terms/food_waste",
        "invalid",
        "/broader/0",
        body={"broader": ["food_waste"]},
    ),
    do(
        "a term changed unseen",
        "PATCH vocabularies/themes/terms/food_waste",
        "precondition-required",
        body={},
        if_match=None,
    ),
    do(
        "half an entry of a crosswalk",
        "PUT crosswalks/a/themes/x",
        "invalid",
        "",
        body={"target": "food_waste", "relation": None},
    ),
    do(
        "an entry that leads nowhere",
        "PUT crosswalks/a/themes/x",
        "invalid",
        "/target",
        body={"target": "no_such", "relation": "exactMatch"},
    ),
]
