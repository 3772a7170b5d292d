"""Answers with what it was asked: for trying the plumbing and for measuring it without a model."""

from typing import Final

from contracts.jobs import Job
from engine.answers import Answer, Fetch, Generation, Model
from engine.bots import Bot

NOTHING: Final = "Nothing to repeat"
SILENCE: Final = "Nobody has said anything yet, so neither have I."


class Echo(Model):
    @property
    def size_bytes(self) -> int:
        return 0

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        if job.is_post:
            yield Answer(SILENCE, topic=NOTHING, parameters=job.parameters, model="echo")
        else:
            yield Answer(job.request, parameters=job.parameters, model="echo")


def open_model(source: str, device: str) -> Echo:
    return Echo()
