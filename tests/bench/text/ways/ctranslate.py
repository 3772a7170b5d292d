"""CTranslate2 over the same weights; the argument is its `compute_type`. It counts only what it wrote as repetition."""

import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from sys import stderr

import ctranslate2
import transformers
from ctranslate2.converters import TransformersConverter
from transformers import AutoTokenizer

from tests.bench.text.plan import REPETITION_PENALTY, TEMPERATURE, THREADS, TOP_K, TOP_P, Ask, Plan, Seen
from tests.bench.text.way import serve


class Ctranslate:
    def __init__(self, plan: Plan, compute_type: str) -> None:
        transformers.utils.logging.disable_progress_bar()
        converted = Path(plan.folder).with_name(f"ctranslate2-{compute_type}")
        with redirect_stdout(stderr):
            TransformersConverter(plan.folder).convert(str(converted), quantization=compute_type)
        self._generator = ctranslate2.Generator(
            str(converted), device=plan.device, compute_type=compute_type, intra_threads=THREADS
        )
        self._tokenizer = AutoTokenizer.from_pretrained(plan.folder)

    def answer(self, jobs: Sequence[Ask], at_once: int) -> list[Seen]:
        began_s = time.perf_counter()
        prompts = [self._tokenizer.convert_ids_to_tokens(job.ids) for job in jobs]
        firsts: dict[int, float] = {}

        def told(step: ctranslate2.GenerationStepResult) -> bool:
            firsts.setdefault(step.batch_id, time.perf_counter() - began_s)
            return False

        # As long as the first, since all jobs of a batch are.
        length = jobs[0].new_tokens
        results = self._generator.generate_batch(
            prompts,
            max_batch_size=at_once,
            max_length=length,
            min_length=length,
            include_prompt_in_result=False,
            sampling_temperature=TEMPERATURE,
            sampling_topk=TOP_K,
            sampling_topp=TOP_P,
            repetition_penalty=REPETITION_PENALTY,
            callback=told,
        )
        whole_s = time.perf_counter() - began_s
        assert all(len(result.sequences_ids[0]) == length for result in results)
        return [Seen(firsts[row], whole_s) for row in range(len(jobs))]


if __name__ == "__main__":
    serve(Ctranslate)
