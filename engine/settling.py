"""Sees a message's jobs through to their ends: each answered, failed, or back on its queue."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Final

from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from contracts.events import Failed, Finished
from contracts.jobs import MAX_ATTEMPTS, Job
from contracts.message import Image, Usage
from contracts.names import OUTPUT_QUEUE
from contracts.queues import Lease, TypedQueue
from contracts.tracing import after, here, span
from engine.admission import Admission
from engine.answers import Drawing
from engine.attempt import Attempt
from engine.blobs import Markers, Pictures
from engine.failures import GivenUpError, JobError, NotNowError, StoppedError
from engine.patience import Patience
from engine.reports import Reports
from engine.run import Run
from engine.status import Tally
from engine.watch import Watch

log = logging.getLogger(__name__)

# Answers that are quicker say only that they are finished.
STARTED_AFTER_S: Final = 0.02
# Times the number of failed attempts.
RETRY_AFTER_S: Final = 2


class Settling:
    """Nothing here returns before what it did is durable."""

    def __init__(
        self,
        admission: Admission,
        watch: Watch,
        reports: Reports,
        pictures: Pictures,
        markers: Markers,
        patience: Patience,
        tally: Tally,
    ) -> None:
        self._admission = admission
        self._watch = watch
        self._reports = reports
        self._pictures = pictures
        self._markers = markers
        self._patience = patience
        self._tally = tally

    def begin(self, queue: TypedQueue[Job], lease: Lease[Job]) -> Coroutine[None, None, None]:
        """The jobs have their places in the lanes when this returns; the coroutine ends when all are settled."""
        lost = lease.dequeue_count - 1
        attempts = [Attempt(queue, job, job.attempt + lost) for job in lease.items]
        if lost and len(attempts) > 1:
            # One of them may be what killed an engine: apart, it can take no other with it.
            return _all([self._send_back(attempt, attempt.number, "taken apart") for attempt in attempts])
        return _all([self._settle(attempt, self._admit(attempt)) for attempt in attempts])

    def _admit(self, attempt: Attempt) -> Run | Exception:
        try:
            return self._admission.begin(attempt.job, attempt.number)
        except (JobError, NotNowError) as refusal:
            return refusal

    async def _settle(self, attempt: Attempt, begun: Run | Exception) -> None:
        job = attempt.job
        parent, name = after(job.traceparent), f"process {attempt.queue.name}"
        with span(name, SpanKind.CONSUMER, parent, job=job.job_id, bot=job.bot, attempt=attempt.number):
            await self._see_through(attempt, begun)

    async def _see_through(self, attempt: Attempt, begun: Run | Exception) -> None:
        try:
            if isinstance(begun, Exception):
                raise begun
            await self._answer(attempt, begun)
        except NotNowError as error:
            number = attempt.number
            if isinstance(begun, Run) and begun.begun.is_set():
                # The next engine's events must outrank ours, but leaving in good order never makes a job fail.
                number = min(number + 1, MAX_ATTEMPTS - 1)
            await self._send_back(attempt, number, str(error), error.wait_s)
        except JobError as error:
            await self._fail(attempt, error)
        except Exception as error:
            log.exception("%s: attempt %d failed", attempt, attempt.number + 1)
            await self._try_again(attempt, error)

    async def _answer(self, attempt: Attempt, run: Run) -> None:
        starting = asyncio.create_task(self._tell_started(attempt, run))
        try:
            with self._watch.over(attempt, run):
                answer = await run.outcome
            images = tuple(await asyncio.gather(*map(self._put, answer.drawings)))
            finished = attempt.events.finished(answer, images, run)
            _note(finished.usage)
            await asyncio.gather(starting, self._end(attempt, finished))
            self._tally.answered()
            self._tally.wrote(answer.completion_tokens or 0)
        finally:
            starting.cancel()

    async def _tell_started(self, attempt: Attempt, run: Run) -> None:
        started = attempt.events.started()
        await run.begun.wait()
        await asyncio.wait({run.outcome}, timeout=STARTED_AFTER_S)
        if not run.outcome.done():
            await self._reports.tell(started)

    async def _put(self, drawing: Drawing) -> Image:
        thumbnail, small = None, drawing.thumbnail
        if small is not None:
            thumbnail = await self._patience.until_done(lambda: self._pictures.put(small, "webp"))
        name = await self._patience.until_done(lambda: self._pictures.put(drawing.png, "png"))
        return Image(name=name, width=drawing.width, height=drawing.height, alt=drawing.alt, thumbnail=thumbnail)

    async def _try_again(self, attempt: Attempt, error: Exception) -> None:
        failed = attempt.number + 1
        if failed >= MAX_ATTEMPTS:
            await self._fail(attempt, GivenUpError(f"{type(error).__name__}: {error}"))
        else:
            await self._send_back(attempt, failed, "to be tried again", RETRY_AFTER_S * failed)

    async def _fail(self, attempt: Attempt, error: JobError) -> None:
        log.info("%s fails: %s (%s)", attempt, error.code, error)
        get_current_span().set_status(StatusCode.ERROR)
        get_current_span().set_attribute("error.type", error.code)
        await self._end(attempt, attempt.events.failed(error))
        self._tally.failed()
        if isinstance(error, StoppedError):
            await self._patience.until_done(lambda: self._markers.drop(attempt.job.job_id))
        if isinstance(error, GivenUpError):
            job = attempt.job.model_copy(update={"attempt": attempt.number})
            await self._patience.until_done(
                lambda: attempt.queue.poison(job.to_json(), error.code, str(error), attempt.number + 1)
            )

    async def _end(self, attempt: Attempt, event: Finished | Failed) -> None:
        """A hub that traces nothing may be an older one, which knows no traces."""
        with span(f"send {OUTPUT_QUEUE}", SpanKind.PRODUCER, job=event.job_id):
            parent = here() if attempt.job.traceparent is not None else None
            await self._reports.tell(event.model_copy(update={"traceparent": parent}))

    async def _send_back(self, attempt: Attempt, number: int, why: str, wait_s: int = 0) -> None:
        job = attempt.job.model_copy(update={"attempt": number})
        await self._patience.until_done(lambda: attempt.queue.send([job], delay_s=wait_s))
        log.info("%s goes back to its queue: %s", attempt, why)


def _note(usage: Usage) -> None:
    """What an answer cost, beside the time that its span took."""
    told = usage.model_dump(by_alias=False, exclude={"dialect", "seed"}, exclude_none=True)
    get_current_span().set_attributes({f"playhouse.{name}": value for name, value in told.items()})


async def _all(settlings: Sequence[Coroutine[None, None, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for settling in settlings:
            group.create_task(settling)
