"""How soon a bot can begin: the best of what its engines say, told to everybody when it changes."""

from contracts.bots import BotCard, BotState
from contracts.events import Heartbeat
from tests.client import Client
from tests.hub.conftest import ECHO, EngineSide, Join

OTHER = BotCard(name="OtherBot", kind="echo", model="echo")


async def beat(
    engine: EngineSide,
    engine_id: str,
    *,
    leaving: bool = False,
    bots: tuple[BotCard, ...] = (ECHO,),
    **states: BotState,
) -> None:
    await engine.events.send([Heartbeat(engine_id=engine_id, at=0, bots=bots, states=states, leaving=leaving)])


def told(person: Client) -> list[dict[str, tuple[bool, str]]]:
    """What a person has heard of the bots, one announcement after another."""
    announcements = [data["bots"] for event, data in person.others if event == "BotStatus"]
    return [{bot["card"]["name"]: (bot["awake"], bot["state"]) for bot in bots} for bots in announcements]


async def until(person: Client, awake: bool, state: BotState, bot: str = "EchoBot") -> None:
    await person.until(lambda heard: told(heard)[-1].get(bot) == (awake, state))


async def test_a_bot_is_as_ready_as_on_the_readiest_of_its_engines(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await beat(engine, "one", EchoBot="cold")
    await until(alice, True, "cold")
    await beat(engine, "two", EchoBot="loading")
    await until(alice, True, "loading")
    await beat(engine, "one", EchoBot="busy")
    await until(alice, True, "busy")
    await beat(engine, "two", EchoBot="warm")
    await until(alice, True, "warm")
    await beat(engine, "one", EchoBot="cold")
    await beat(engine, "two", EchoBot="busy")
    await until(alice, True, "busy")


async def test_an_engine_that_leaves_counts_no_more(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await beat(engine, "one", EchoBot="loading")
    await beat(engine, "two", EchoBot="warm")
    await until(alice, True, "warm")
    await beat(engine, "two", leaving=True, EchoBot="warm")
    await until(alice, True, "loading")
    await beat(engine, "one", leaving=True, EchoBot="loading")
    await until(alice, False, "cold")


async def test_a_change_of_state_alone_is_told_and_a_mere_heartbeat_is_not(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice = await join(hub)
    before = len(told(alice))
    states: tuple[BotState, ...] = ("cold", "loading", "warm")
    for state in states:
        await beat(engine, "one", EchoBot=state)
        await until(alice, True, state)
        await beat(engine, "one", EchoBot=state)
    heard = [bots["EchoBot"] for bots in told(alice)[before:]]
    assert heard == [(True, "cold"), (True, "loading"), (True, "warm")]


async def test_who_joins_later_is_told_the_state_too(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await beat(engine, "one", EchoBot="loading")
    await until(alice, True, "loading")
    assert told(await join(hub, "bob"))[0] == {"EchoBot": (True, "loading")}


async def test_a_heartbeat_without_states_is_of_bots_that_are_awake_and_cold(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice = await join(hub)
    card = ECHO.to_json()
    await engine.events.client.send_message(f'{{"kind":"heartbeat","engineId":"old","at":0,"bots":[{card}]}}')
    await until(alice, True, "cold")


async def test_each_bot_has_a_state_of_its_own(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await beat(engine, "one", bots=(ECHO, OTHER), EchoBot="warm", OtherBot="loading")
    await until(alice, True, "warm")
    await until(alice, True, "loading", bot="OtherBot")
