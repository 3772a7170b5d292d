"""transformers' `generate` in batches that begin and end together; the argument is the number type.

All prompts are equally long, so that none of them needs padding.
"""

import time
from collections.abc import Sequence

import torch
from transformers.generation.streamers import BaseStreamer

from tests.bench.text.loading import generate, load
from tests.bench.text.plan import Ask, Plan, Seen
from tests.bench.text.way import serve


class Times(BaseStreamer):
    """When each step's tokens came; the first to come are those of the prompts."""

    def __init__(self) -> None:
        self.at_s: list[float] = []

    def put(self, _tokens: torch.Tensor) -> None:
        self.at_s.append(time.perf_counter())

    def end(self) -> None:
        return


class Batches:
    def __init__(self, plan: Plan, dtype: str) -> None:
        self._model = load(plan, getattr(torch, dtype))

    def answer(self, jobs: Sequence[Ask], at_once: int) -> list[Seen]:
        began_s = time.perf_counter()
        seen = []
        for first in range(0, len(jobs), at_once):
            batch = jobs[first : first + at_once]
            at_s = self._batch(batch)
            seen += [Seen(at_s[1] - began_s, at_s[job.new_tokens] - began_s) for job in batch]
        return seen

    def _batch(self, batch: Sequence[Ask]) -> list[float]:
        ids = torch.tensor([job.ids for job in batch], device=self._model.device)
        longest = max(job.new_tokens for job in batch)
        times = Times()
        written = generate(
            self._model,
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=longest,
            streamer=times,
        )
        assert written.shape[1] == ids.shape[1] + longest
        return times.at_s


if __name__ == "__main__":
    serve(Batches)
