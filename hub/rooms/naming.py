"""Names that a channel of people may not have. Their form, ASCII letters, digits and `_`, is the wire's to check."""

from typing import Final

from hub.errors import NameTakenError

# Words that a page, an address or a message could take for something else, or people for the house speaking.
# fmt: off
RESERVED: Final = frozenset(
    {
        "admin", "administrator", "administrators", "all", "anonymous", "api", "app", "assets", "bot", "bots",
        "channel", "channels", "deleted", "everybody", "everyone", "guest", "guests", "health", "help", "here", "home",
        "house", "hub", "images", "invite", "me", "metrics", "mod", "moderator", "moderators", "mods", "new", "news",
        "none", "null", "official", "owner", "owners", "playhouse", "popular", "random", "root", "rules", "search",
        "security", "self", "settings", "staff", "support", "system", "undefined", "uploads", "www",
    }
)
# fmt: on


def checked(name: str) -> str:
    """The name. Raises NameTakenError."""
    if name.lower().strip("_") in RESERVED:
        raise NameTakenError(f"The name {name} is the house's own.")
    return name
