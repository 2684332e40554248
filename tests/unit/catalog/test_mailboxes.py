"""Which addresses a partner may give as contacts: those of offices, in several languages, and of nobody in person."""

import time

import pytest

from services.catalog.access.partners.mailboxes import CONNECTORS, ROLES, personal_contacts, refusal


@pytest.mark.parametrize(
    "address",
    [
        "contact@lets-food.example",
        "Contact@Lets-Food.example",
        "info@rikolto.example",
        "mairie@ville-dijon.example",
        "mairie.dijon@ville-dijon.example",
        "secretariat@terres-en-villes.example",
        "relations.internationales@montpellier.example",
        "relations-internationales@montpellier3m.example",
        "serviceagriculture@pays-de-la-loire.example",
        "direction.de.l.alimentation@lyon.example",
        "pat@grenoblealpes.example",
        "contact.pat-grenoble@grenoblealpes.example",
        "data+letsfood@letsfood.example",
        "webmaster2@region.example",
        "support.api@donnees.example",
        "contacto@ayuntamiento-valencia.example",
        "alimentacion@valencia.example",
        "gabinete.presidencia@cm-lisboa.example",
        "cooperacao.internacional@prefeitura.example",
        "baladiya@sfax.example",
        "jamaa.fes@fes.example",
        "food.policy@bristol.example",
    ],
)
def test_a_role_mailbox_is_taken(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "marie.dupont@grenoble.example",
        "marie-dupont@grenoble.example",
        "mdupont@grenoble.example",
        "m.dupont@grenoble.example",
        "dupont.m@grenoble.example",
        "dupont@grenoble.example",
        "marie@grenoble.example",
        "fatima.zahra@fes.example",
        "joao_silva1@lisboa.example",
        "marie.dupont.alimentation@grenoble.example",
        "contact.dupont@grenoble.example",
        "grenoble@grenoble.example",
        "m.contact@grenoble.example",
        "de.la@grenoble.example",
        "123@grenoble.example",
        "...@grenoble.example",
    ],
)
def test_a_persons_address_is_refused(address: str) -> None:
    assert refusal(address) == "personal_mailbox"


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "Gmail.com", "yahoo.fr", "yahoo.co.uk", "hotmail.com.br", "orange.fr", "mail.proton.me", "menara.ma"],
)
def test_an_address_where_everybody_gets_one_is_refused(domain: str) -> None:
    assert refusal(f"contact@{domain}") == "personal_host"


@pytest.mark.parametrize("domain", ["live.montpellier.example", "gmail.example.org", "orange.example", "me.example"])
def test_a_domain_that_only_resembles_such_a_host_is_taken(domain: str) -> None:
    assert refusal(f"contact@{domain}") is None


def test_the_contact_is_named_by_its_place() -> None:
    errors = personal_contacts(["contact@a.example", "jane.doe@a.example", "info@gmail.com"])
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/contacts/1/email", "personal_mailbox"),
        ("/contacts/2/email", "personal_host"),
    ]


def test_the_list_is_written_as_it_is_compared() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in ROLES)
    assert not ROLES & CONNECTORS


def test_words_run_together_are_told_apart_without_trying_every_way() -> None:
    began = time.process_time()
    assert refusal(f"{'webmaster' * 7}x@a.example") == "personal_mailbox"
    assert time.process_time() - began < 1
