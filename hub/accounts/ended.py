"""The news that sessions or keys have ended: told to all hubs, acted on at once."""

from collections.abc import Callable
from typing import Final

from hub.live.news import Body, News

SESSION_ENDED: Final = "session-ended"

Act = Callable[[tuple[str, ...]], None]


def tell_ended(news: News, ids: tuple[str, ...]) -> None:
    """Ids of sessions and keys that are worth nothing from now on."""
    if ids:
        news.tell(SESSION_ENDED, {"ids": list(ids)})


def hear_ended(news: News, act: Act) -> None:
    """Have something done with such ids, wherever they come from."""

    def heard(body: Body) -> None:
        ids = body["ids"]
        if isinstance(ids, list):
            act(tuple(str(each) for each in ids))

    news.listen(SESSION_ENDED, heard)
