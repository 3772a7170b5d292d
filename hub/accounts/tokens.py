"""Access tokens: signed JSON Web Tokens (HS256) whose session can be ended."""

import base64
import hmac
import secrets
from pathlib import Path
from typing import Any, TypeVar

import jwt
from pydantic import SecretStr

from contracts.wire import Wire
from hub.errors import UnauthorizedError
from hub.people import Person

AUDIENCE = "playhouse"
ALGORITHM = "HS256"
# What else is signed with the same secret is for somebody else, and no access token.
HANDSHAKE_AUDIENCE = "playhouse-handshake"
SECRET_FILE = "hub-secret"

W = TypeVar("W", bound=Wire)


class Tokens:
    """Makes and reads tokens with one secret."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret.get_secret_value()

    def issue(self, person: Person, expires_at_ms: int) -> str:
        claims = {
            "aud": AUDIENCE,
            "sub": person.name,
            "sid": person.session_id,
            "guest": person.is_guest,
            "admin": person.is_admin,
            "since": person.since,
            "exp": expires_at_ms // 1000,
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Person:
        """Raises UnauthorizedError."""
        claims = self._claims(token, AUDIENCE, ["sub", "sid", "since", "guest", "admin"])
        return Person(
            name=claims["sub"],
            is_guest=claims["guest"] is True,
            session_id=claims["sid"],
            since=int(claims["since"]),
            is_admin=claims["admin"] is True,
        )

    def seal(self, what: Wire, expires_at_ms: int) -> str:
        """Something that a browser brings back unchanged; it can be read by whoever holds it."""
        claims = {"aud": HANDSHAKE_AUDIENCE, "exp": expires_at_ms // 1000, "what": what.to_json()}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def unseal(self, sealed: str, model: type[W]) -> W:
        """Raises UnauthorizedError."""
        return model.from_json(self._claims(sealed, HANDSHAKE_AUDIENCE, ["what"])["what"])

    def derived(self, purpose: str, of: str) -> str:
        """A secret that this hub, and every other with the same secret, can make again: 43 letters, digits, - and _."""
        digest = hmac.digest(self._secret.encode(), f"{purpose}\n{of}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _claims(self, token: str, audience: str, wanted: list[str]) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=audience,
                options={"require": ["exp", "aud", *wanted]},
            )
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError("Please log in again.") from error
        return claims


def kept_secret(folder: Path) -> SecretStr:
    """A random secret that lives in the data folder, readable by its owner alone; for a hub without HUB_SECRET."""
    path = folder / SECRET_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        fresh.replace(path)
    return SecretStr(path.read_text(encoding="ascii").strip())
