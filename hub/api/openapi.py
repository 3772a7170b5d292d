"""OpenAPI 3.1, made from the routes and the wire models. It names no channel and no person."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contracts.problems import Problem
from contracts.schema import without_titles
from hub.api.route import Route
from hub.doors.problems import MEANINGS

Document = dict[str, Any]
PYTHONS: Final = re.compile(r"(?<=`)[a-z]+(_[a-z]+)+(?=`)")
Names = Mapping[tuple[Any, JsonSchemaMode], str]

ABOUT: Final = """Everything that one can do in the playhouse, for programs. The same calls go over Socket.IO.

Log in, or make an API key, and send `Authorization: Bearer <token>`. Every error is a problem document (RFC 9457);
its `type` is an address that explains its `code`. Answers to GET have an `ETag`; a page that has a next one names it as
`nextCursor` and in the header `Link`. A `clientId` makes a post harmless to repeat."""
RETRY: Final = {
    "description": "Seconds after which the same request may succeed.",
    "schema": {"type": "integer", "minimum": 1},
}
PLACE: Final = {"description": "Where what was made stands.", "schema": {"type": "string"}}
ETAG: Final = {"description": "Of this answer; send it back as `If-None-Match`.", "schema": {"type": "string"}}
LINK: Final = {"description": 'The next page, as `rel="next"`.', "schema": {"type": "string"}}


def document(routes: Sequence[Route]) -> Document:
    """The whole document."""
    schemas, named = _schemas(routes)
    paths: dict[str, Document] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "The Coop & Pablo Playhouse", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"cookie": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An access token or an API key."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "playhouse", "description": "The page's session."},
            },
            "schemas": schemas,
            "responses": {str(status): _problem(status) for status in sorted(_statuses())},
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[Document, Names]:
    """The components, and the name of each model in them: what is sent may leave out what has a default."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "validation"): None}
    for route in routes:
        for model in filter(None, (route.answers, *route.events.values())):
            wanted[model, "serialization"] = None
        if route.asks is not None:
            wanted[route.asks, "validation"] = None
    found, definitions = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
    named = {key: str(schema["$ref"]).rpartition("/")[2] for key, schema in found.items()}
    return _told(without_titles(definitions["$defs"])), named


def _told(node: Any) -> Any:
    """Descriptions speak of the names on the wire, not of Python's."""
    if isinstance(node, dict):
        return {key: _words(value) if key == "description" else _told(value) for key, value in node.items()}
    return [_told(item) for item in node] if isinstance(node, list) else node


def _words(text: Any) -> Any:
    return PYTHONS.sub(lambda found: to_camel(found[0]), cleandoc(text)) if isinstance(text, str) else _told(text)


def _operation(route: Route, schemas: Document, named: Names) -> Document:
    form = schemas[named[route.asks, "validation"]] if route.asks is not None else {}
    about = _words(route.asks.__doc__ or "") if route.asks is not None else ""
    told: Document = {
        "operationId": route.name,
        "summary": route.summary,
        "description": "\n\n".join(filter(None, (about, _events(route)))),
        "tags": [route.tag],
        "parameters": _parameters(route, form),
        "responses": {str(route.status): _success(route, named), **_refusals(route)},
    }
    if route.has_body:
        told["requestBody"] = _body(route, form)
    if route.accepts:
        told["requestBody"] = {"required": True, "content": {kind: {} for kind in route.accepts}}
    if route.is_open:
        told["security"] = []
    return told


def _parameters(route: Route, form: Document) -> list[Document]:
    known = form.get("properties", {})
    told = [
        {"name": name, "in": "path", "required": True, "schema": known.get(name, {"type": "string"})}
        for name in route.parameters
    ]
    if not route.has_body:
        told += [
            {"name": name, "in": "query", "required": name in form.get("required", ()), "schema": known[name]}
            for name in route.fields
        ]
    if route.events:
        number = {"type": "integer", "minimum": 0}
        after = "The last id that was heard: what came after it is told first."
        told += [
            {"name": "Last-Event-ID", "in": "header", "required": False, "schema": number, "description": after},
            {"name": "lastEventId", "in": "query", "required": False, "schema": number, "description": after},
        ]
    return told


def _body(route: Route, form: Document) -> Document:
    """The form without what stands in the path."""
    required = [name for name in form.get("required", ()) if name in route.fields]
    schema: Document = {
        "type": "object",
        "properties": {name: form["properties"][name] for name in route.fields},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    content: Document = {"schema": schema}
    if route.example is not None:
        content["example"] = dict(route.example)
    return {"required": bool(required), "content": {"application/json": content}}


def _success(route: Route, named: Names) -> Document:
    told: Document = {"description": HTTPStatus(route.status).phrase}
    headers: Document = {}
    if route.events:
        told["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif route.answers is not None:
        reference = {"$ref": f"#/components/schemas/{named[route.answers, 'serialization']}"}
        told["content"] = {"application/json": {"schema": reference}}
        headers |= {"ETag": ETAG} if route.method == "GET" else {}
        headers |= {"Link": LINK} if "next_cursor" in route.answers.model_fields else {}
    headers |= {"Location": PLACE} if route.location is not None else {}
    return {**told, "headers": headers} if headers else told


def _events(route: Route) -> str:
    return "\n".join(
        f"- event `{name}`, data: [{model.__name__}](#/components/schemas/{model.__name__})"
        for name, model in route.events.items()
    )


def refusals(route: Route) -> tuple[int, ...]:
    """The statuses of problems that a route may answer."""
    found = {400, 405, 422, 429, 500, 503, *route.refuses}
    found |= set() if route.is_open else {401, 403}
    found |= {404} if route.parameters else set()
    found |= {413, 415} if route.has_body or route.method in ("POST", "PUT", "PATCH") else set()
    found |= {409} if route.call is not None and route.method != "GET" else set()
    return tuple(sorted(found))


def _refusals(route: Route) -> Document:
    told: Document = {str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals(route)}
    if route.method == "GET" and not route.events:
        told["304"] = {"description": "What the client holds still stands."}
    if route.events:
        told["204"] = {"description": "Nothing is left to be told: do not come back."}
    return told


def _statuses() -> set[int]:
    return {one.status for one in MEANINGS.values()}


def _problem(status: int) -> Document:
    known = [f"- `{code}`: {one.explained}" for code, one in MEANINGS.items() if one.status == status]
    told: Document = {
        "description": HTTPStatus(status).phrase + "\n\n" + "\n".join(known),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": RETRY}
    return told
