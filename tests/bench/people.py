"""People who post and one who watches, in a process of their own: `python -m tests.bench.people <plan as JSON>`."""

import asyncio
import json
import random
import sys
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import socketio

from tests.bench.processes import ECHO
from tests.client import HOME, token_for

# What is not answered by then counts as unanswered.
GRACE_S: Final = 10.0
WORDS: Final = "What do the hens think of a new roof for the coop, and of the bread that we baked on Sunday?"


@dataclass(frozen=True)
class Plan:
    """`people` post every `gap_s` on average, until each has posted `posts`, not waiting for answers unless alone.

    The first of them posts `warm_ups` more before that.
    """

    address: str
    with_accounts: bool
    people: int
    posts: int
    gap_s: float
    warm_ups: int


@dataclass
class Watch:
    """The second client: notes when each answer reaches it. Times in seconds of one clock."""

    asked: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, message: dict[str, Any]) -> None:
        if message["isBot"] and not message["isThinking"]:
            self.answered.setdefault(message["text"], time.perf_counter())
            self.news.set()

    async def until_answered(self, texts: list[str]) -> None:
        while not all(text in self.answered for text in texts):
            self.news.clear()
            await self.news.wait()


async def connected(stack: AsyncExitStack, plan: Plan, name: str) -> socketio.AsyncClient:
    """A client in the home channel."""
    token = await token_for(plan.address, name) if plan.with_accounts else ""
    socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    await socket.connect(plan.address, auth={"token": token}, transports=["websocket"])
    stack.push_async_callback(socket.disconnect)
    joined = await socket.call("Connect", {"channel": HOME}, timeout=60)
    assert joined["ok"], joined
    return socket


async def post(socket: socketio.AsyncClient, watch: Watch) -> str:
    """Returns the text, which the answer repeats."""
    text = f"{uuid.uuid4().hex} {WORDS}"
    watch.asked[text] = time.perf_counter()
    call = {"channel": HOME, "text": text, "bot": ECHO, "clientId": uuid.uuid4().hex}
    posted = await socket.call("ReceiveMessage", call, timeout=60)
    assert posted["ok"], posted
    return text


async def talk(socket: socketio.AsyncClient, plan: Plan, watch: Watch) -> None:
    for _ in range(plan.posts):
        await asyncio.sleep(random.uniform(0, 2 * plan.gap_s))
        text = await post(socket, watch)
        if plan.people == 1:
            await watch.until_answered([text])


async def measured(plan: Plan) -> dict[str, object]:
    """Milliseconds from sending to the answer's arrival at the watcher."""
    watch = Watch()
    async with AsyncExitStack() as stack:
        watcher = await connected(stack, plan, f"watcher-{uuid.uuid4().hex[:8]}")
        watcher.on("SendMessage", watch.hear)
        names = [f"person-{uuid.uuid4().hex[:8]}" for _ in range(plan.people)]
        sockets = [await connected(stack, plan, name) for name in names]
        for _ in range(plan.warm_ups):
            await watch.until_answered([await post(sockets[0], watch)])
        watch.asked.clear()
        began = time.perf_counter()
        await asyncio.gather(*(talk(socket, plan, watch) for socket in sockets))
        took_s = time.perf_counter() - began
        try:
            async with asyncio.timeout(GRACE_S):
                await watch.until_answered(list(watch.asked))
        except TimeoutError:
            pass
    waits = [(watch.answered[text] - at) * 1000 for text, at in watch.asked.items() if text in watch.answered]
    return {"sent": len(watch.asked), "took_s": took_s, "waits_ms": waits}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(Plan(**json.loads(sys.argv[1]))))), flush=True)
