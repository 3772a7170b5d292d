"""The events of one try at one job, each with a higher `seq` than all before it."""

from typing import TypedDict

from contracts.events import Failed, Finished, Progress, Started
from contracts.jobs import Job
from contracts.message import Image, Usage
from engine.answers import Answer, Snapshot
from engine.failures import JobError
from engine.run import Run

# A try makes four events a second, so its share of the numbers lasts three days.
EVENTS_PER_TRY = 1 << 20
TRIES_PER_REQUEUE = 64


class _Place(TypedDict):
    job_id: str
    channel: str
    comment_id: int
    seq: int


class Events:
    """`attempts` counts the tries before this one, so that a later try outranks an earlier one whoever makes it."""

    def __init__(self, job: Job, attempts: int) -> None:
        self._job = job
        self._seq = (job.requeue * TRIES_PER_REQUEUE + attempts) * EVENTS_PER_TRY

    def started(self) -> Started:
        return Started(**self._place())

    def progress(self, snapshot: Snapshot) -> Progress:
        return Progress(**self._place(), text=snapshot.text, picture=snapshot.picture)

    def failed(self, error: JobError) -> Failed:
        return Failed(**self._place(), code=error.code, message=error.sentence)

    def finished(self, answer: Answer, images: tuple[Image, ...], run: Run) -> Finished:
        usage = Usage(
            model=answer.model,
            dialect=answer.dialect,
            seed=answer.seed,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            tokens_per_second=answer.tokens_per_second,
            queue_ms=max(0, run.began_ms - self._job.asked_at),
            compute_ms=round(run.took_s * 1000),
        )
        return Finished(
            **self._place(),
            text=answer.text,
            images=images,
            prompt=answer.prompt,
            parameters=answer.parameters,
            usage=usage,
            topic=answer.topic,
        )

    def _place(self) -> _Place:
        self._seq += 1
        job = self._job
        return {"job_id": job.job_id, "channel": job.channel, "comment_id": job.comment_id, "seq": self._seq}
