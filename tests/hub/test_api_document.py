"""The documents of the HTTP API are made from what is there, and are right."""

import json
import re

from openapi_spec_validator import validate

from contracts.calls import ErrorCode
from contracts.problems import ProblemCode
from contracts.wire import Wire
from hub.api.routes import ROUTES
from hub.app import create_app
from hub.calls import CALLS
from hub.doors.problems import MEANINGS
from hub.settings import Settings
from tests.client import HOME, account_for
from tests.hub.api_client import DOCUMENT, program
from tests.hub.conftest import StartHub


def literals(union: object) -> set[str]:
    return {str(each) for each in getattr(union, "__args__", ())}


def test_every_call_has_an_address() -> None:
    assert {route.call for route in ROUTES if route.call is not None} == set(CALLS)


def test_every_route_is_in_the_document_and_nothing_else_is() -> None:
    told = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert told == {(route.method, route.path) for route in ROUTES}
    assert len(told) == len(ROUTES)


def test_every_route_says_what_it_answers() -> None:
    for route in ROUTES:
        assert (route.call is None) != (route.handler is None), route.path
        if route.status in (200, 201) and not route.events:
            assert route.answers is not None, route.path
            assert route.answers is not Wire, route.path


def test_every_name_in_a_path_is_a_field_of_the_call() -> None:
    for route in ROUTES:
        if route.call is not None:
            assert route.asks is not None
            names = {str(field.alias or name) for name, field in route.asks.model_fields.items()}
            assert set(route.parameters) <= names, route.path


def test_names_of_operations_are_unique() -> None:
    names = [route.name for route in ROUTES]
    assert sorted(set(names)) == sorted(names)


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_every_code_is_explained() -> None:
    assert literals(ErrorCode) <= set(MEANINGS)
    assert len(MEANINGS) == len(literals(ErrorCode)) + len(literals(ProblemCode.__args__[1]))


async def test_the_address_of_a_problem_explains_it(hub: str) -> None:
    async with program(hub) as anybody:
        problem = (await anybody.ask("GET", "/api/channels")).body
        explained = (await anybody.ask("GET", problem["type"])).body
        assert (explained["code"], explained["status"]) == (problem["code"], problem["status"])
        assert (await anybody.ask("GET", "/api/problems/bad-luck")).status == 404


async def test_the_document_is_served_and_names_no_channel(start_hub: StartHub) -> None:
    hub = await start_hub(hub_home_channel="AVerySecretPlace")
    await account_for(hub, "alice")
    async with program(hub) as anybody, anybody.session.get(f"{hub}/api/openapi.json") as served:
        said = await served.text()
        assert json.loads(said) == DOCUMENT
        assert "AVerySecretPlace" not in said
        assert HOME not in said
        assert not re.search(r'"alice@', said)


def test_nothing_answers_under_the_api_that_the_document_does_not_tell_of() -> None:
    settings = Settings(_env_file=None, azure_storage_account="unused")
    served = {resource.canonical for resource in create_app(settings).router.resources()}
    told = {route.path for route in ROUTES}
    own = {"/api/openapi.json", "/api/docs", "/api/docs/{name}", "/api/{rest}"}
    assert {path for path in served if path.startswith("/api/")} == told | own
