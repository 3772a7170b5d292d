"""The HTTP calls that list what there is: channels and bots, and what the codes of problems mean."""

from aiohttp import web

from contracts.bots import BotStatus
from contracts.calls import BotStatuses, ChannelCard, ChannelCards, Presence
from contracts.problems import ProblemMeaning
from hub.doors.asking import who
from hub.doors.problems import meaning
from hub.errors import NotFoundError, UnknownBotError
from hub.keys import ATTENDANCE, HOUSE


async def channel_cards(request: web.Request) -> ChannelCards:
    return ChannelCards(channels=await request.app[HOUSE].access.readable(await who(request, "read")))


async def channel_card(request: web.Request) -> ChannelCard:
    return await request.app[HOUSE].access.reader(await who(request, "read"), request.match_info["channel"])


async def get_presence(request: web.Request) -> Presence:
    card = await channel_card(request)
    return Presence(channel=card.name, present=request.app[ATTENDANCE].present(card.name))


async def list_bots(request: web.Request) -> BotStatuses:
    return BotStatuses(bots=request.app[HOUSE].bots.statuses())


async def get_bot(request: web.Request) -> BotStatus:
    wanted = request.match_info["bot"].lower()
    for status in request.app[HOUSE].bots.statuses():
        if status.card.name.lower() == wanted:
            return status
    raise UnknownBotError("There is no bot of this name.")


async def get_problem(request: web.Request) -> ProblemMeaning:
    found = meaning(request.match_info["code"])
    if found is None:
        raise NotFoundError("There is no problem of this code.")
    return found
