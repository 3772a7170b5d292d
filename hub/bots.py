"""The bots that the engines announce, and whether they are awake."""

from collections.abc import Callable

from azure.data.tables.aio import TableClient

from contracts.bots import BotCard, BotState, BotStatus
from contracts.events import AWAKE_FOR_S, Heartbeat
from hub.clock import now_ms
from hub.log.rows import row
from hub.log.tables import from_chunks, one_page

PARTITION = "engine"
# The later, the sooner an answer begins.
READINESS: tuple[BotState, ...] = ("cold", "loading", "busy", "warm")


class Bots:
    """What the last heartbeat of each engine said. The hub knows no bot by itself."""

    def __init__(self, table: TableClient, announce: Callable[[tuple[BotStatus, ...]], None]) -> None:
        self._table = table
        self._announce = announce
        self._heartbeats: dict[str, Heartbeat] = {}
        self._told: tuple[tuple[BotCard, bool, BotState], ...] = ()

    def find(self, name: str) -> BotCard | None:
        """A bot by its name, whatever the case."""
        return next((status.card for status in self.statuses() if status.card.name.lower() == name.lower()), None)

    def statuses(self) -> tuple[BotStatus, ...]:
        """Each bot once, by name: its newest card, awake when any engine that serves it is, the best state of any."""
        found: dict[str, BotStatus] = {}
        for beat in sorted(self._heartbeats.values(), key=lambda beat: beat.at):
            awake = _is_fresh(beat)
            for card in beat.bots:
                key = card.name.lower()
                earlier = found.get(key)
                states = [beat.states.get(card.name, "cold") if awake else "cold", earlier.state if earlier else "cold"]
                found[key] = BotStatus(
                    card=card,
                    awake=awake or (earlier is not None and earlier.awake),
                    state=max(states, key=READINESS.index),
                    last_awake_at=beat.at,
                )
        return tuple(status for _, status in sorted(found.items()))

    def engines_awake(self) -> int:
        """Engines whose last heartbeat is fresh and no farewell."""
        return sum(_is_fresh(beat) for beat in self._heartbeats.values())

    async def heard(self, beat: Heartbeat) -> None:
        """Keep a heartbeat. The time is the hub's own: an engine's clock may be wrong."""
        beat = beat.model_copy(update={"at": now_ms()})
        self._heartbeats[beat.engine_id] = beat
        await self._table.upsert_entity(row(PARTITION, beat.engine_id, beat))
        self.tell()

    def heartbeats(self) -> tuple[Heartbeat, ...]:
        """The last one of each engine, by name."""
        return tuple(beat for _, beat in sorted(self._heartbeats.items()))

    async def read(self) -> None:
        """Read the heartbeats that hubs took from the queue."""
        rows = await one_page(self._table, "PartitionKey eq @p", {"p": PARTITION}, 1000)
        beats = (Heartbeat.from_json(from_chunks(entity)) for entity in rows)
        self._heartbeats = {beat.engine_id: beat for beat in beats}

    async def refresh(self) -> None:
        """Read what other hubs heard, forget engines that nobody misses, and tell what is new."""
        await self.read()
        beats = self._heartbeats
        for engine_id, beat in list(beats.items()):
            others = {card.name.lower() for other in beats.values() if other is not beat for card in other.bots}
            if now_ms() - beat.at > 24 * 3_600_000 and {card.name.lower() for card in beat.bots} <= others:
                del beats[engine_id]
                await self._table.delete_entity(PARTITION, engine_id)
        self.tell()

    def tell(self) -> None:
        """Announce the bots if a card or a state changed, or one woke or fell asleep."""
        statuses = self.statuses()
        news = tuple((status.card, status.awake, status.state) for status in statuses)
        if news != self._told:
            self._told = news
            self._announce(statuses)


def _is_fresh(beat: Heartbeat) -> bool:
    return not beat.leaving and now_ms() - beat.at < AWAKE_FOR_S * 1000
