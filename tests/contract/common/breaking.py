"""What of an OpenAPI document breaks clients that were written by an earlier one.

What goes away may go when the earlier document called it `deprecated`. `operationId`, texts, examples and error
statuses are no promise; where names stand in a path is, the names are not. An event is an answer: we send it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.contract.common.breaking_schemas import Schemas, Side

Part = Mapping[str, Any]

METHODS = {"get", "put", "post", "patch", "delete"}

SENT = ("type", "scheme", "in", "name", "openIdConnectUrl")
"""What of a security scheme says how to send a key."""


class Pair(NamedTuple):
    """The same place in the earlier and in the later document."""

    old: Part
    new: Part

    def at(self, name: str) -> "Pair":
        """The member of both; where there is none, one without members."""
        return Pair(self.old.get(name, {}), self.new.get(name, {}))

    def gone(self) -> list[str]:
        """The members that only the earlier one has, and that were not deprecated there."""
        return [
            name
            for name, member in self.old.items()
            if name not in self.new and not (isinstance(member, Mapping) and member.get("deprecated"))
        ]

    def kept(self) -> Iterator[tuple[str, "Pair"]]:
        """The members of both."""
        return ((name, self.at(name)) for name in self.old if name in self.new)


def breaking_changes(old: Part, new: Part) -> list[str]:
    """Each change that breaks clients, as `where: what`; sorted."""
    schemas = Schemas(old, new)
    operations = Pair(_operations(old, "paths"), _operations(new, "paths"))
    events = Pair(_operations(old, "webhooks"), _operations(new, "webhooks"))
    found = [f"{name}: operation removed" for name in operations.gone()]
    found += [f"{name}: event removed" for name in events.gone()]
    found += [f"servers: {url} removed" for url in Pair(_servers(old), _servers(new)).gone()]
    used = {scheme for operation in operations.old.values() for scheme in _security(old, operation)}
    found += _schemes(Pair(old, new).at("components").at("securitySchemes"), used)
    for name, operation in operations.kept():
        changes = [*_parameters(schemas, operation), *_request(schemas, operation), *_answers(schemas, operation)]
        security = Pair(_security(old, operation.old), _security(new, operation.new))
        found += [f"{name}: {change}" for change in (*changes, *_access(security))]
    for name, event in events.kept():
        found += [f"{name}: {header}: parameter removed" for header in event.at("parameters").gone()]
        found += [f"{name}: {change}" for change in _contents(schemas, event.at("requestBody"), "body", Side.ANSWER)]
    return sorted(set(found))


def _servers(document: Part) -> Part:
    """By address."""
    return {server["url"]: server for server in document.get("servers", [{"url": "/"}])}


def _schemes(schemes: Pair, used: set[str]) -> Iterator[str]:
    for name, scheme in schemes.kept():
        if name in used:
            changed = [what for what in SENT if scheme.old.get(what) != scheme.new.get(what)]
            yield from (f"security scheme {name}: {what} changed" for what in changed)


def _operations(document: Part, section: str) -> dict[str, Part]:
    """By method and path without names; parameters by where they are and their name, in a path by their number."""
    found: dict[str, Part] = {}
    for path, item in document.get(section, {}).items():
        names = re.findall("{([^}]*)}", path)
        for method in METHODS & item.keys():
            parameters = {
                f"path {names.index(one['name'])}" if one["in"] == "path" else f"{one['in']} {one['name'].lower()}": one
                for one in item[method].get("parameters", ())
            }
            found[f"{method.upper()} {re.sub('{[^}]*}', '{}', path)}"] = {**item[method], "parameters": parameters}
    return found


def _parameters(schemas: Schemas, operation: Pair) -> Iterator[str]:
    parameters = operation.at("parameters")
    yield from (f"{name}: parameter removed" for name in parameters.gone())
    for name, parameter in parameters.new.items():
        if parameter.get("required") and not parameters.old.get(name, {}).get("required"):
            yield f"{name}: parameter became required"
    for name, parameter in parameters.kept():
        if _style(parameter.old) != _style(parameter.new):
            yield f"{name}: style changed"
        yield from (f"{name}{change}" for change in schemas.changes(*parameter.at("schema"), Side.REQUEST))


def _style(parameter: Part) -> tuple[str, bool]:
    """How several values are written, and whether each on its own; the defaults are those of OpenAPI."""
    style = parameter.get("style", "form" if parameter["in"] in {"query", "cookie"} else "simple")
    return style, parameter.get("explode", style == "form")


def _request(schemas: Schemas, operation: Pair) -> Iterator[str]:
    body = operation.at("requestBody")
    if body.old and not body.new:
        yield "request: body removed"
    elif body.new.get("required") and not body.old.get("required"):
        yield "request: body became required"
    if body.old and body.new:
        yield from _contents(schemas, body, "request", Side.REQUEST)


def _answers(schemas: Schemas, operation: Pair) -> Iterator[str]:
    responses = operation.at("responses")
    yield from (f"{status}: success removed" for status in responses.gone() if status.startswith("2"))
    for status, response in responses.kept():
        yield from (f"{status} {name}: header removed" for name in response.at("headers").gone())
        yield from _contents(schemas, response, status, Side.ANSWER)


def _contents(schemas: Schemas, body: Pair, name: str, side: Side) -> Iterator[str]:
    content = body.at("content")
    yield from (f"{name} {media_type}: media type removed" for media_type in content.gone())
    for media_type, both in content.kept():
        yield from (f"{name} {media_type}{change}" for change in schemas.changes(*both.at("schema"), side))


def _security(document: Part, operation: Part) -> Part:
    """What each scheme that lets a caller in asks of it; `nobody` when it may also come without."""
    alternatives = operation.get("security", document.get("security", [])) or [{}]
    return {scheme: set(scopes) for one in alternatives for scheme, scopes in (one or {"nobody": []}).items()}


def _access(security: Pair) -> Iterator[str]:
    for scheme, scopes in security.old.items():
        if scheme not in security.new:
            yield "security: a key is needed" if scheme == "nobody" else f"security: {scheme} removed"
        else:
            more = security.new[scheme] - scopes
            yield from (f"security: scope {scope} is needed" for scope in sorted(more))
