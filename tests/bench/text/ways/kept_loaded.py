"""What simpletransformers' `LanguageGenerationModel.generate` does, with the model kept loaded: fp32, one at a time.

A miniature, since that class cannot be imported beside this transformers, which has lost a class that it names. What it
spends on text (encoding the prompt) is left out; the whole answer is decoded, as there.
"""

import time
from collections.abc import Sequence

import torch
from transformers import AutoTokenizer

from tests.bench.text.loading import generate, load
from tests.bench.text.plan import Ask, Plan, Seen
from tests.bench.text.way import serve


class KeptLoaded:
    def __init__(self, plan: Plan) -> None:
        self._model = load(plan, torch.float32)
        self._tokenizer = AutoTokenizer.from_pretrained(plan.folder)

    def answer(self, jobs: Sequence[Ask], _at_once: int) -> list[Seen]:
        began_s = time.perf_counter()
        seen = []
        for job in jobs:
            self._one(job)
            # It shows nothing before the whole answer.
            whole_s = time.perf_counter() - began_s
            seen.append(Seen(whole_s, whole_s))
        return seen

    def _one(self, job: Ask) -> None:
        ids = torch.tensor([job.ids], device=self._model.device)
        length = len(job.ids) + job.new_tokens
        written = generate(self._model, input_ids=ids, max_length=length, num_return_sequences=1)
        assert written.shape == (1, length)
        self._tokenizer.decode(written[0].tolist(), clean_up_tokenization_spaces=True)


if __name__ == "__main__":
    serve(KeptLoaded)
