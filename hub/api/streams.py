"""Streams of server-sent events: a channel, and the answers to one question."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from functools import partial

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from contracts.calls import BotStatuses, ChannelCard, GetMessage, Presence
from hub.doors.asking import who
from hub.doors.http import as_hub_error
from hub.errors import BadRequestError
from hub.keys import ATTENDANCE, HOUSE, LISTENERS, STREAMS
from hub.live.answers_following import AnswersFollowing
from hub.live.following import Following, Told, told
from hub.live.listening import Ear, ListeningEndedError
from hub.live.voice import EVERYONE, room
from hub.people import Person

# Proxies close what is silent for a minute.
PING_EVERY_S = 15.0


async def channel_events(request: web.Request) -> web.StreamResponse:
    person, card = await _admitted(request)
    after = _last_heard(request)
    with _listening(request, person, card) as ear:
        channel_log = request.app[HOUSE].archive.channel(card.name)
        following = Following(channel_log, ear, partial(_still_admitted, request))
        begun_at = await following.begin(after)
        here = Presence(channel=card.name, present=request.app[ATTENDANCE].present(card.name))
        bots = BotStatuses(bots=request.app[HOUSE].bots.statuses())
        opening = (told("presence", here, begun_at), told("bots", bots))
        return await _streamed(request, opening, following.tell())


async def answer_events(request: web.Request) -> web.StreamResponse:
    person, card = await _admitted(request)
    call = GetMessage.model_validate({**request.match_info, "channel": card.name})
    with _listening(request, person, card) as ear:
        channel_log = request.app[HOUSE].archive.channel(card.name)
        after = _last_heard(request)
        check = partial(_still_admitted, request)
        following = AnswersFollowing(channel_log, ear, check, call.comment_id, after)
        if not await following.has_news() and after is not None:
            # What tells a browser's EventSource not to come back.
            return web.Response(status=204)
        return await _streamed(request, (), following.tell())


async def _admitted(request: web.Request) -> tuple[Person, ChannelCard]:
    """Who listens, and the channel. Raises HubError."""
    house = request.app[HOUSE]
    person = await who(request, "read")
    await house.limits.of(person, "joins")
    return person, await house.access.reader(person, request.match_info["channel"])


async def _still_admitted(request: web.Request) -> None:
    """Raises HubError when the session has ended or the channel is closed to this person, else when nobody listens."""
    if request.transport is None:
        raise ListeningEndedError
    await request.app[HOUSE].access.reader(await who(request), request.match_info["channel"])


@contextmanager
def _listening(request: web.Request, person: Person, card: ChannelCard) -> Iterator[Ear]:
    def fall_behind() -> None:
        if request.transport is not None:
            request.transport.abort()

    ear = Ear(fall_behind)
    rooms = (room(card.name), EVERYONE)
    with request.app[STREAMS].taken(person.name), request.app[LISTENERS].listening(ear, *rooms):
        yield ear


async def _streamed(request: web.Request, opening: tuple[Told, ...], story: AsyncGenerator[Told]) -> web.StreamResponse:
    response = EventSourceResponse(ping_interval=PING_EVERY_S)
    response.headers["Cache-Control"] = "no-store"
    await response.prepare(request)
    # It has begun, so all that can be said from now on is that it ends; who comes back hears why.
    try:
        async with response, aclosing(story):
            for one in opening:
                await _send(response, one)
            async for one in story:
                await _send(response, one)
    except (ListeningEndedError, ConnectionError, TimeoutError):
        return response
    except Exception as error:  # noqa: BLE001  translated once, at the edge
        as_hub_error(error)
    return response


async def _send(response: EventSourceResponse, one: Told) -> None:
    number = None if one.revision is None else str(one.revision)
    await response.send(one.data, id=number, event=one.event)


def _last_heard(request: web.Request) -> int | None:
    """The revision after which to begin. Raises BadRequestError."""
    told = request.headers.get("Last-Event-ID") or request.query.get("lastEventId")
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) <= 16):
        raise BadRequestError("The last event id is a number, as the stream sent it.")
    return int(told)
