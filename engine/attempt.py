"""One attempt at one job: where it came from and how it is told about."""

from dataclasses import dataclass, field

from contracts.jobs import Job
from contracts.queues import TypedQueue
from engine.events import Events


@dataclass(eq=False)
class Attempt:
    """`number` counts the attempts before this one, on whatever engine."""

    queue: TypedQueue[Job]
    job: Job
    number: int
    events: Events = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.job, self.number)

    def __str__(self) -> str:
        return f"job {self.job.job_id} in {self.job.channel}"
