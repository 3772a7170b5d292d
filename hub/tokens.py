"""Access tokens: signed JSON Web Tokens (HS256) whose session can be ended."""

import secrets
from pathlib import Path

import jwt
from pydantic import SecretStr

from hub.errors import UnauthorizedError
from hub.people import Person

AUDIENCE = "playhouse"
ALGORITHM = "HS256"
SECRET_FILE = "hub-secret"


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
            "since": person.since,
            "exp": expires_at_ms // 1000,
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Person:
        """Raises UnauthorizedError."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "aud", "sub", "sid", "since"]},
            )
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError("Please log in again.") from error
        return Person(claims["sub"], bool(claims.get("guest")), claims["sid"], int(claims["since"]))


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
