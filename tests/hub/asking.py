"""One HTTP call to a hub, as a program or as a browser makes it."""

from typing import Any

import aiohttp

from contracts.accounts import Session

ALICE = {"name": "Alice", "password": "correct horse"}


async def send(hub: str, method: str, path: str, token: str | None = None, **more: Any) -> tuple[int, dict[str, Any]]:
    """The status and the body of an answer; a call of a program, perhaps with a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, hub + path, headers=headers, **more) as answer,
    ):
        return answer.status, await answer.json() if answer.content_length else {}


async def session_for(hub: str, path: str = "/api/accounts", form: dict[str, str] | None = None) -> Session:
    """The session that a way in opens; a new account's unless another way is named."""
    status, body = await send(hub, "POST", path, json=form or ALICE)
    assert status == 201, body
    return Session.model_validate(body)


async def token_of(hub: str, path: str = "/api/accounts", form: dict[str, str] | None = None) -> str:
    """The access token of such a session."""
    token = (await session_for(hub, path, form)).access_token
    assert token is not None
    return token


class Browser:
    """Keeps cookies, and says of which page it is."""

    def __init__(self, hub: str, session: aiohttp.ClientSession) -> None:
        self.hub = hub
        self.session = session

    async def send(self, method: str, path: str, origin: str | None = "own", **more: Any) -> tuple[int, dict[str, Any]]:
        """`origin`: "own" for the house's page, None for a browser that says nothing of its page."""
        headers = more.pop("headers", {})
        if origin is not None:
            headers["Origin"] = self.hub if origin == "own" else origin
        async with self.session.request(method, self.hub + path, headers=headers, **more) as answer:
            return answer.status, await answer.json() if answer.content_length else {}

    def kept(self) -> dict[str, str]:
        """The cookies by their names."""
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}
