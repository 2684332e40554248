"""Which themes answer which problems.

Every row is our own judgement, with its reason; none is a sourced fact. Problem codes are those of the
vocabulary `problems`, theme codes those of `themes`. A statement's own theme goes before this table: whoever
stated the problem said there where the answer lies.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.profile import Need, Statement


class Relation(StrEnum):
    """How a theme answers a problem."""

    STATED = "stated"
    """The statement of the problem carries this theme itself."""
    DIRECT = "direct"
    """An initiative on the theme acts on the problem itself."""
    CONTRIBUTES = "contributes"
    """It acts on one cause or one consequence of the problem."""


STRENGTH: Mapping[Relation, float] = {
    Relation.STATED: 1.0,
    Relation.DIRECT: 1.0,
    Relation.CONTRIBUTES: 0.5,
}
"""Share of an initiative's experience that counts for the problem (no unit). Half for one cause or consequence:
two such initiatives weigh what one does that acts on the problem itself."""

BROADER_SHARE = 0.5
"""Share that is left when an initiative only carries a broader theme than the one that answers: "waste" may or may
not be "composting". The other way round nothing is lost: composting is about waste."""


@dataclass(frozen=True, slots=True)
class Link:
    """One judgement: initiatives on `theme` answer `problem`."""

    problem: str
    theme: str
    relation: Relation
    reason: str


def _links(problem: str, *rows: tuple[str, Relation, str]) -> tuple[Link, ...]:
    return tuple(Link(problem, theme, relation, reason) for theme, relation, reason in rows)


D, C = Relation.DIRECT, Relation.CONTRIBUTES

LINKS: tuple[Link, ...] = (
    *_links(
        "land_artificialisation",
        ("farmland_protection", D, "Protecting farmland is what stops its being built over."),
        ("land_use_planning", D, "The plan decides what may be built where."),
        ("urban_agriculture", C, "Farming in the city keeps open soil in use."),
    ),
    *_links(
        "urbanisation_pressure",
        ("farmland_protection", D, "Protected zones hold the city's growth off the fields."),
        ("land_use_planning", D, "The plan decides where the city grows."),
        ("urban_agriculture", C, "It gives food a place inside the growing city."),
    ),
    *_links(
        "underused_land",
        ("farmland_protection", D, "The same tools find, buy and lease land for farming."),
        ("urban_agriculture", D, "Roofs, plots and wasteland are what it cultivates."),
    ),
    *_links(
        "farm_succession",
        ("farm_installation", D, "Same subject: people taking up a farm."),
        ("farmland_protection", D, "Test farms and municipal land are how newcomers get started."),
        ("agroecology", C, "Training and advice bring newcomers into farming."),
    ),
    *_links(
        "rural_exodus",
        ("agroecology", C, "It gives small farms a living that keeps people on the land."),
        ("short_chains", C, "More of the price stays with the producers."),
        ("farm_installation", C, "Each farm taken over keeps a household in the country."),
        ("farmland_protection", C, "Land within reach brings farmers back."),
    ),
    *_links(
        "loss_food_autonomy",
        ("short_chains", D, "They tie the city's plate to the fields around it again."),
        ("logistics_processing", C, "Local produce needs local tools to reach local plates."),
        ("urban_agriculture", C, "It adds to what is grown on the spot."),
        ("farmland_protection", C, "Without land there is no local supply."),
    ),
    *_links(
        "dependency",
        ("short_chains", D, "Local supply replaces what comes from afar."),
        ("logistics_processing", C, "Local storage and processing free from outside ones."),
        ("urban_agriculture", C, "It adds to what is grown on the spot."),
    ),
    *_links(
        "supply_shock_vulnerability",
        ("logistics_processing", D, "Stocks, hubs and local processing carry a city through a break in supply."),
        ("short_chains", D, "Near suppliers go on delivering when far ones stop."),
        ("resilience_crisis", D, "Same subject: preparing for a break in supply (Milan Pact, action 6)."),
        ("food_governance", C, "Somebody has to hold the plan for such a crisis."),
        ("urban_agriculture", C, "It is a reserve at the door."),
    ),
    *_links(
        "food_insecurity",
        ("food_solidarity", D, "Aid, solidarity shops and food funds act on access itself."),
        ("school_canteens", C, "A school meal is one sure meal a day."),
        ("urban_agriculture", C, "Community gardens feed their gardeners."),
        ("food_waste", C, "Recovered food is redistributed (Milan Pact, action 37)."),
    ),
    *_links(
        "limited_access_quality_food",
        ("food_solidarity", D, "Price and dignity of access are what it works on."),
        ("food_environments", D, "It changes what can be bought where people live."),
        ("farmers_markets", C, "They bring fresh food into a district."),
        ("short_chains", C, "Groups that buy together bring its price down."),
        ("school_canteens", C, "They serve good food to all children alike."),
    ),
    *_links(
        "economic_inequality",
        ("food_solidarity", D, "Solidarity prices and funds correct for income."),
        ("food_democracy", C, "Those concerned decide what is offered."),
    ),
    *_links(
        "malnutrition",
        ("obesity_nutrition", D, "Nutrition programmes work on both ends of the scale."),
        ("food_education", D, "Knowing what a child needs is half of the remedy."),
        ("food_solidarity", D, "The other half is having it."),
        ("school_canteens", C, "School meals reach children first."),
        ("urban_agriculture", C, "Home and school gardens add vegetables."),
    ),
    *_links(
        "obesity",
        ("obesity_nutrition", D, "Same subject."),
        ("food_education", D, "It works on eating habits."),
        ("food_environments", C, "Habits follow what is on offer and advertised."),
        ("school_canteens", C, "Menus form taste early."),
    ),
    *_links(
        "changing_diets",
        ("food_education", D, "It works on eating habits."),
        ("school_canteens", C, "Menus form taste early."),
        ("culinary_heritage", C, "Known dishes hold their ground against processed food."),
        ("food_environments", C, "Habits follow what is on offer and advertised."),
    ),
    *_links(
        "public_catering_supply",
        ("public_catering", D, "Same subject; school canteens are the part most projects are about."),
        ("short_chains", C, "They organise the producers that a canteen buys from."),
        ("logistics_processing", C, "Kitchens need washed, cut and delivered produce."),
    ),
    *_links(
        "sustainable_supply_gap",
        ("agroecology", D, "It is the conversion that makes the missing supply."),
        ("public_catering", C, "A canteen's orders give producers a reason to convert."),
        ("farmland_protection", C, "Land for new organic farms comes from here."),
    ),
    *_links(
        "logistics_gaps",
        ("logistics_processing", D, "It builds the tools that are missing."),
        ("wholesale_markets", C, "A market hall is storage, sorting and transport under one roof."),
        ("short_chains", C, "They pool transport and storage among producers."),
    ),
    *_links(
        "small_farm_income",
        ("short_chains", D, "Fewer middlemen leave more of the price to producers."),
        ("farmers_markets", D, "Producers sell at their own price."),
        ("value_chains", D, "Who earns what along the chain is its question."),
        ("logistics_processing", C, "Shared tools lower costs and add value on the farm."),
        ("public_catering", C, "Public orders are steady ones."),
    ),
    *_links(
        "underused_local_products",
        ("short_chains", D, "They give local products a way to the buyer."),
        ("farmers_markets", D, "They show local products to the city."),
        ("culinary_heritage", D, "It gives them a name and a use in the kitchen."),
        ("territorial_brand", D, "A label of their own makes them known."),
        ("value_chains", C, "A chain of its own takes a product to its market."),
        ("tourism", C, "Visitors look for what is from here."),
        ("logistics_processing", C, "Processing turns a raw product into one that sells."),
    ),
    *_links(
        "heritage_loss",
        ("culinary_heritage", D, "It keeps know-how and products alive."),
        ("food_education", C, "What is taught is not lost."),
    ),
    *_links(
        "lack_transparency",
        ("short_chains", C, "Buyers know who grew what they eat."),
        ("territorial_brand", C, "A label vouches for origin."),
        ("farmers_markets", C, "Producer and buyer meet."),
        ("food_democracy", C, "Citizens get to see how their food is made and priced."),
    ),
    *_links(
        "food_waste",
        ("food_waste", D, "Same subject."),
        ("organic_waste", C, "It takes what could not be avoided."),
    ),
    *_links(
        "organic_waste_management",
        ("organic_waste", D, "Same subject."),
        ("food_waste", C, "Food that is not wasted needs no collection."),
    ),
    *_links(
        "water_scarcity",
        ("water", D, "Same subject."),
        ("agroecology", C, "Living soil and adapted crops need less water."),
    ),
    *_links(
        "resource_pollution",
        ("agroecology", D, "It does without what pollutes soil and water."),
        ("water", D, "Catchments are protected through the farming on them."),
    ),
    *_links(
        "resource_degradation",
        ("agroecology", D, "It rebuilds soil and biodiversity."),
        ("water", C, "Water is one of the resources that degrade."),
        ("organic_waste", C, "Compost brings organic matter back to the soil."),
    ),
    *_links(
        "climate_change",
        ("agroecology", D, "It adapts farming and stores carbon."),
        ("water", C, "Drought is how the climate first meets food."),
        ("urban_agriculture", C, "It cools and drains the city."),
    ),
    *_links(
        "carbon_emissions",
        ("agroecology", C, "Fewer inputs, more carbon in the soil."),
        ("food_waste", C, "Wasted food was emitted for nothing."),
        ("public_catering", C, "Menus with less meat are the largest lever of a public kitchen."),
        ("logistics_processing", C, "Shared transport drives fewer kilometres."),
    ),
    *_links("deforestation", ("agroecology", C, "Agroforestry puts trees back into fields.")),
    *_links("fishery_decline", ("fisheries", D, "Same subject.")),
    *_links(
        "conflict",
        ("food_solidarity", C, "It feeds those whom conflict cuts off."),
        ("urban_agriculture", C, "It feeds the city when its roads are cut."),
    ),
    *_links(
        "migration",
        ("food_solidarity", C, "Newcomers meet food aid first."),
        ("urban_agriculture", C, "Shared gardens are where newcomers take root."),
    ),
)


def links_of(problem: str) -> tuple[Link, ...]:
    """The judgements on what answers `problem`; none for a code that this table does not know."""
    return BY_PROBLEM.get(problem, ())


BY_PROBLEM: Mapping[str, tuple[Link, ...]] = {
    problem: tuple(link for link in LINKS if link.problem == problem)
    for problem in dict.fromkeys(link.problem for link in LINKS)
}


def needs_of(statements: Iterable[Statement]) -> tuple[Need, ...]:
    """The needs behind a territory's statements: one per problem code, one per theme where no code fits.

    A statement with neither problem nor theme names no subject, and makes no need.
    """
    stated: dict[tuple[str | None, str | None], set[str]] = {}
    for statement in statements:
        if statement.problem is None and statement.theme is None:
            continue
        key = (statement.problem, None if statement.problem else statement.theme)
        stated.setdefault(key, set()).update({statement.theme} if statement.theme else ())
    return tuple(_need(problem, themes) for (problem, _), themes in stated.items())


def _need(problem: str | None, stated: Collection[str]) -> Need:
    """Stated themes stand first: where two answer equally well, what was said goes before our judgement."""
    judged = {link.theme: STRENGTH[link.relation] for link in (links_of(problem) if problem else ())}
    return Need(
        problem,
        (
            *((theme, STRENGTH[Relation.STATED]) for theme in sorted(stated)),
            *((theme, strength) for theme, strength in sorted(judged.items()) if theme not in stated),
        ),
    )


def relation_of(need: Need, theme: str, statements: Sequence[Statement]) -> tuple[Relation, str | None]:
    """How `theme` answers a need of `statements`, and our reason when it is this table that says so."""
    if any(statement.theme == theme for statement in statements):
        return Relation.STATED, None
    link = next(link for link in links_of(need.problem or "") if link.theme == theme)
    return link.relation, link.reason
