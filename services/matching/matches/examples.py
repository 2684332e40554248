"""An example for the OpenAPI page: a real answer, shortened to one partner and one initiative per direction."""

from typing import Any


def _source(title: str, address: str | None = None) -> dict[str, str | None]:
    return {"title": title, "address": address, "passage": None, "retrieved_at": None, "licence": None}


MATCHES_OF_MONTPELLIER: dict[str, Any] = {
    "territory": {
        "id": "01a20673-e0b0-77c1-8944-c6219b7289f0",
        "slug": "montpellier",
        "name": {"text": "Montpellier", "lang": "en", "origin": "human"},
        "kind": {"code": "metropolis", "label": "Metropolis", "lang": "en"},
        "country_code": "FR",
        "point": {"type": "Point", "coordinates": [3.87635, 43.61093]},
    },
    "rules_version": "2026-11.1",
    "rankable": True,
    "items": [
        {
            "territory": {
                "id": "01a20673-e0b0-77c1-8944-c6438f5c2010",
                "slug": "fes",
                "name": {"text": "Fez", "lang": "en", "origin": "human"},
                "kind": {"code": "municipality", "label": "Municipality", "lang": "en"},
                "country_code": "MA",
                "point": {"type": "Point", "coordinates": [-5.00028, 34.03313]},
            },
            "score": 0.6267,
            "coverage": 0.9,
            "criteria": [
                {
                    "criterion": "shared_problems",
                    "value": 0.5745,
                    "weight": 0.3,
                    "contribution": 0.1724,
                    "reason": "Both state: Changing food practices, as do 15 of 619 territories.",
                },
                {
                    "criterion": "experience_for_seeker",
                    "value": 0.2048,
                    "weight": 0.2,
                    "contribution": 0.041,
                    "reason": "Fez has initiatives that answer 1 of the 3 problems stated for Montpellier.",
                },
                {
                    "criterion": "experience_for_candidate",
                    "value": 0.7666,
                    "weight": 0.2,
                    "contribution": 0.1533,
                    "reason": "Montpellier has initiatives that answer 5 of the 5 problems stated for Fez.",
                },
                {
                    "criterion": "existing_links",
                    "value": 1.0,
                    "weight": 0.2,
                    "contribution": 0.2,
                    "reason": "They cooperate already: Montpellier – Fez (Ongoing).",
                },
                {
                    "criterion": "scale",
                    "value": None,
                    "weight": 0.1,
                    "contribution": 0.06,
                    "reason": "Not known: there is no population figure for Montpellier as a whole.",
                },
            ],
            "shared_problems": [
                {
                    "problem": {"code": "changing_diets", "label": "Changing food practices", "lang": "en"},
                    "rarity_bits": 5.4,
                    "stated_by_territories": 15,
                    "seeker": [
                        {
                            "id": "01a20673-e0d0-771e-86e7-160f7fff1217",
                            "theme": {"code": "food_education", "label": "Food education", "lang": "en"},
                            "severity": None,
                            "evidence": {
                                "text": "Montée des produits ultra-transformés et "
                                "recul des produits frais chez les "
                                "habitants.",
                                "lang": "fr",
                                "origin": "original",
                            },
                            "stated_by": "Trophées Idéalco 2024 – la Cité de l’alimentation",
                            "year": None,
                            "sources": [
                                _source(
                                    "Trophées Idéalco 2024 – la Cité de l’alimentation",
                                    "https://trophees.idealco.fr/projet-2024/la-cite-de-lalimentation",
                                )
                            ],
                        }
                    ],
                    "candidate": [
                        {
                            "id": "01a20673-e0d0-771e-86e7-164d0618dfb9",
                            "theme": {"code": "food_education", "label": "Food education", "lang": "en"},
                            "severity": None,
                            "evidence": {
                                "text": "Les régimes alimentaires se transforment.",
                                "lang": "fr",
                                "origin": "original",
                            },
                            "stated_by": "Fiche du film « Le système alimentaire de Fès au Maroc »",
                            "year": None,
                            "sources": [
                                _source(
                                    "Fiche du film « Le système alimentaire de Fès au Maroc »",
                                    "https://autourdu1ermai.fr/bdf_fiche-film-6300.html",
                                )
                            ],
                        }
                    ],
                }
            ],
            "brings_to_seeker": [
                {
                    "id": "01a20673-e126-74bc-9b6f-4e81232ca935",
                    "slug": "cooperative-femmes-ain-sebou",
                    "title": {"text": "Aïn Sebou women's cooperative", "lang": "en", "origin": "machine"},
                    "themes": [
                        {"code": "culinary_heritage", "label": "Culinary heritage", "lang": "en"},
                        {"code": "short_chains", "label": "Short supply chains", "lang": "en"},
                    ],
                    "maturity": None,
                    "start_year": None,
                    "end_year": None,
                    "url": None,
                    "answers": [
                        {
                            "problem": {"code": "changing_diets", "label": "Changing food practices", "lang": "en"},
                            "theme": {"code": "culinary_heritage", "label": "Culinary heritage", "lang": "en"},
                            "relation": "contributes",
                            "judgement": {
                                "text": "Known dishes hold their ground against processed food.",
                                "lang": "en",
                                "origin": "original",
                            },
                            "fit": 0.35,
                            "reason": "Works on “Culinary heritage”, which in our "
                            "judgement acts on one cause or consequence of the "
                            "problem.",
                        }
                    ],
                    "sources": [
                        _source(
                            "Fiche du film « Le système alimentaire de Fès au Maroc »",
                            "https://autourdu1ermai.fr/bdf_fiche-film-6300.html",
                        )
                    ],
                }
            ],
            "brings_to_candidate": [
                {
                    "id": "01a20673-e126-74bc-9b6f-4e8e6ccbc187",
                    "slug": "p2a-montpellier",
                    "title": {"text": "Agroecology and food policy (P2A)", "lang": "en", "origin": "machine"},
                    "themes": [
                        {"code": "food_governance", "label": "Food governance", "lang": "en"},
                        {"code": "agroecology", "label": "Agroecology", "lang": "en"},
                        {"code": "farmland_protection", "label": "Farmland protection", "lang": "en"},
                        {"code": "school_canteens", "label": "School canteens", "lang": "en"},
                    ],
                    "maturity": {"code": "running", "label": "Running", "lang": "en"},
                    "start_year": 2015,
                    "end_year": None,
                    "url": "https://letsfoodideas.com/fr/initiative/la-politique-agricole-et-alimentaire-de-montpellier-mediterranee-metropole-6-engagements-pour-un-systeme-alimentaire-plus-durable/",
                    "answers": [
                        {
                            "problem": {"code": "resource_pollution", "label": "Resource pollution", "lang": "en"},
                            "theme": {"code": "agroecology", "label": "Agroecology", "lang": "en"},
                            "relation": "stated",
                            "judgement": None,
                            "fit": 1.0,
                            "reason": "Works on “Agroecology”, the theme that the statement itself names.",
                        }
                    ],
                    "sources": [
                        _source(
                            "Let's Food Ideas – politique agroécologique et alimentaire de Montpellier",
                            "https://letsfoodideas.com/fr/initiative/la-politique-agricole-et-alimentaire-de-montpellier-mediterranee-metropole-6-engagements-pour-un-systeme-alimentaire-plus-durable/",
                        ),
                        _source(
                            "PUR – Une politique alimentaire à Montpellier", "https://books.openedition.org/pur/146205"
                        ),
                    ],
                }
            ],
            "links": {
                "cooperations": [
                    {
                        "id": "01a20673-e21e-75f1-a2ff-284ab1fbca6c",
                        "slug": "montpellier-fes",
                        "title": {"text": "Montpellier – Fez", "lang": "en", "origin": "human"},
                        "description": {
                            "text": "Appui à un marché de producteurs à Fès et "
                            "échanges sur le tri des déchets organiques "
                            "; consolidée par le projet COOPALIM "
                            "2020-2022.",
                            "lang": "fr",
                            "origin": "original",
                        },
                        "themes": [
                            {"code": "farmers_markets", "label": "Farmers' markets", "lang": "en"},
                            {"code": "organic_waste", "label": "Organic waste", "lang": "en"},
                            {"code": "short_chains", "label": "Short supply chains", "lang": "en"},
                        ],
                        "devices": [
                            {"code": "decentralised_cooperation", "label": "Decentralised cooperation", "lang": "en"}
                        ],
                        "stage": {"code": "ongoing", "label": "Ongoing", "lang": "en"},
                        "start_year": None,
                        "end_year": None,
                        "sources": [
                            _source("Let's Food – coopération internationale et approche territoriale"),
                            _source("Let's Food – Territorial cooperation"),
                        ],
                    }
                ],
                "networks": [],
            },
            "missing": [
                {
                    "fact": "population",
                    "of": "seeker",
                    "criteria": ["scale"],
                    "weight": 0.1,
                    "territories": None,
                    "text": "There is no population figure for Montpellier as a whole. With it, another "
                    "10% of the score would be known.",
                }
            ],
        }
    ],
    "missing": [
        {
            "fact": "population",
            "of": "seeker",
            "criteria": ["scale"],
            "weight": 0.1,
            "territories": 610,
            "text": "There is no population figure for Montpellier as a whole. With it, another 10% of the "
            "score would be known, and 610 territories comparable.",
        }
    ],
    "partners_not_ranked": [],
    "left_out": {"nothing_in_common": 24, "without_facts": 215},
}
