"""The bots and the engines that serve them, as their last heartbeats say."""

from hub.admin.desk import Desk, day, table
from hub.bots import Bots


async def show(desk: Desk) -> None:
    bots = Bots(desk.tables.bots, lambda _statuses: None)
    await bots.read()
    engines = [
        (beat.engine_id, day(beat.at), "left" if beat.leaving else "", ", ".join(card.name for card in beat.bots))
        for beat in bots.heartbeats()
    ]
    print(table(("engine", "last heard (UTC)", "", "bots"), engines) if engines else "No engine was ever heard.")
    statuses = [
        (status.card.name, status.card.kind, status.card.model, status.state if status.awake else "asleep")
        for status in bots.statuses()
    ]
    print()
    print(table(("bot", "kind", "model", "state"), statuses) if statuses else "No bot was ever announced.")
