"""A program at the HTTP API; whatever it is answered must be what the document says."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from jsonschema import Draft202012Validator

from hub.api.openapi import document
from hub.api.routes import ROUTES

DOCUMENT: Final = document(ROUTES)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


class Program:
    """Asks with one token, or with none."""

    def __init__(self, session: aiohttp.ClientSession, address: str, token: str | None) -> None:
        self.session: Final = session
        self.address: Final = address
        self.headers: Final = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """A request; fails where the answer is not the documented one."""
        told = {**self.headers, **(headers or {})}
        async with self.session.request(method, self.address + path, headers=told, **more) as response:
            is_json = "json" in response.content_type and method != "HEAD"
            body = await response.json(content_type=None) if is_json else await response.read()
            answer = Answer(response.status, response.headers, body)
        _must_be_documented(method, path, answer)
        return answer


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request."""
    address = path.partition("?")[0]
    for known, methods in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), address):
            told: dict[str, Any] | None = methods.get("get" if method == "HEAD" else method.lower())
            return told
    return None


def _must_be_documented(method: str, path: str, answer: Answer) -> None:
    known = operation(method, path)
    response = DOCUMENT["components"]["responses"].get(str(answer.status))
    if known is not None:
        assert str(answer.status) in known["responses"], (method, path, answer.status)
        said = known["responses"][str(answer.status)]
        response = response if "$ref" in said else said
    if not isinstance(answer.body, dict):
        return
    assert response is not None, (method, path, answer.status)
    ((media_type, content),) = response["content"].items()
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]}).validate(answer.body)


@asynccontextmanager
async def program(address: str, token: str | None = None) -> AsyncIterator[Program]:
    async with aiohttp.ClientSession() as session:
        yield Program(session, address, token)
