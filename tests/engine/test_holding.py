"""A lease while work goes on."""

import asyncio

import pytest

from contracts.queues import LeaseLostError
from engine.holding import hold
from engine.patience import Patience
from tests.engine.desk import Desk, job


async def test_a_message_stays_out_of_sight_for_as_long_as_work_goes_on_and_is_deleted_after_it(desk: Desk) -> None:
    await desk.input.send([job("EchoBot")])
    (lease,) = await desk.input.receive(1, 2)
    seen: list[object] = []

    async def work() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            seen.extend(await desk.input.receive(1, 1))

    await hold(lease, 2, Patience(), work())
    assert seen == []
    assert await desk.left() == 0


async def test_work_is_cancelled_when_another_reader_has_the_message(desk: Desk) -> None:
    await desk.input.send([job("EchoBot")])
    (lease,) = await desk.input.receive(1, 1)
    await asyncio.sleep(1.1)
    (other,) = await desk.input.receive(1, 30)
    with pytest.raises(ExceptionGroup) as lost:
        await hold(lease, 2, Patience(), asyncio.sleep(60))
    assert lost.group_contains(LeaseLostError)
    assert await desk.left() == 1
    await other.delete()


async def test_a_message_is_not_deleted_when_its_work_failed(desk: Desk) -> None:
    await desk.input.send([job("EchoBot")])
    (lease,) = await desk.input.receive(1, 30)

    async def work() -> None:
        raise ArithmeticError

    with pytest.raises(ExceptionGroup) as failed:
        await hold(lease, 30, Patience(), work())
    assert failed.group_contains(ArithmeticError)
    assert await desk.left() == 1
