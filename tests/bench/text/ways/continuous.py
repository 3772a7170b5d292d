"""transformers' own continuous batching; the argument is the number type. It leaves out the repetition penalty."""

import time
import warnings
from collections.abc import Sequence
from typing import Final

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig
from transformers.generation.continuous_batching import ContinuousBatchingManager

from tests.bench.text.loading import SAMPLING, load
from tests.bench.text.plan import Ask, Plan, Seen
from tests.bench.text.way import serve

# Each job's share of its memory, in blocks of 256 tokens. Left to itself it fills more than half of a machine's.
BLOCKS: Final = 2
SPARE_BLOCKS: Final = 8
# At one step: the prompts of 16 jobs.
MOST_TOKENS: Final = 2048
NO_END: Final = -1
LOOK_S: Final = 60.0


class Continuous:
    def __init__(self, plan: Plan, dtype: str) -> None:
        self._model = load(plan, getattr(torch, dtype))
        # It says that the penalty is left out.
        warnings.simplefilter("ignore", UserWarning)
        self._config = GenerationConfig(eos_token_id=NO_END, pad_token_id=0, **SAMPLING)
        blocks = max(each.at_once for each in plan.loads) * BLOCKS + SPARE_BLOCKS
        self._room = ContinuousBatchingConfig(num_blocks=blocks, max_batch_tokens=MOST_TOKENS)

    def answer(self, jobs: Sequence[Ask], _at_once: int) -> list[Seen]:
        # Made the first time and kept; its thread ends with the block.
        with self._model.continuous_batching_context_manager(
            generation_config=self._config, continuous_batching_config=self._room, persistent_manager=True
        ) as manager:
            return _answered(manager, jobs)


def _answered(manager: ContinuousBatchingManager, jobs: Sequence[Ask]) -> list[Seen]:
    began_s = time.perf_counter()
    names = [manager.add_request(job.ids, max_new_tokens=job.new_tokens, streaming=True) for job in jobs]
    first_s: dict[str | None, float] = {}
    last_s: dict[str | None, float] = {}
    while len(last_s) < len(jobs):
        said = manager.get_result(timeout=LOOK_S)
        if said is None or said.error is not None:
            raise RuntimeError(f"a job was lost: {said and said.error}")
        now_s = time.perf_counter() - began_s
        first_s.setdefault(said.request_id, now_s)
        if said.is_finished():
            last_s[said.request_id] = now_s
            assert len(said.generated_tokens) == jobs[names.index(said.request_id)].new_tokens
    return [Seen(first_s[name], last_s[name]) for name in names]


if __name__ == "__main__":
    serve(Continuous)
