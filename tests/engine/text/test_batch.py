"""The running batch: the same tokens as alone, whoever comes and goes."""

from collections.abc import Sequence

import pytest
import torch

from engine.failures import OutOfMemoryError
from engine.text.batch import Batch
from engine.text.decoder import Decoder
from engine.text.request import Request
from tests.engine.text.conftest import (
    CPU,
    MakeDecoder,
    asked,
    generated,
    gpt2_forward,
    llama_forward,
    own_loop,
    own_loop_int8,
    prompt,
    until_done,
    written,
)

EXACT = [own_loop, gpt2_forward, llama_forward]
LENGTHS = (1, 5, 70, 33, 128, 2)


@pytest.mark.parametrize("make", EXACT)
@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_greedy_equals_generate_token_for_token_with_ragged_prompts(make: MakeDecoder, penalty: float) -> None:
    model, decoder = make()
    requests = [asked(prompt(length, seed), 10 + 7 * seed, penalty=penalty) for seed, length in enumerate(LENGTHS)]
    assert written(decoder, requests, most=4) == [generated(model, request) for request in requests]


@pytest.mark.parametrize("make", EXACT)
def test_joins_and_leaves_in_the_middle_change_nothing_for_the_others(make: MakeDecoder) -> None:
    model, decoder = make()
    batch = Batch(decoder, 3, CPU.place)
    requests = [asked(prompt(10 + 20 * seed, seed), 40) for seed in range(6)]
    for request in requests[:2]:
        batch.join(request)
    for step in range(30):
        batch.step()
        if step == 3:
            batch.join(requests[2])
            batch.join(requests[3])
        if step == 9:
            batch.leave(requests[0])
        if step == 12:
            batch.join(requests[4])
            batch.join(requests[5])
    until_done(batch, requests)
    for request in requests[1:]:
        assert request.written == generated(model, request)
    left = requests[0].written
    assert 0 < len(left) < 40
    assert left == generated(model, requests[0])[: len(left)]


@pytest.mark.parametrize("make", EXACT)
def test_a_stop_ends_its_own_text_alone_and_is_not_part_of_it(make: MakeDecoder) -> None:
    model, decoder = make()
    free = asked(prompt(9, 1), 30)
    token = generated(model, free)[7]
    stopped = asked(prompt(9, 1), 30, stops=frozenset([token]))
    results = written(decoder, [free, stopped])
    assert results[0] == generated(model, free)
    assert results[1] == results[0][: results[0].index(token)]


@pytest.mark.parametrize("make", [own_loop, own_loop_int8, llama_forward])
def test_a_seed_makes_a_text_repeatable_whatever_else_is_written(make: MakeDecoder) -> None:
    _, decoder = make()

    def wish() -> Request:
        return asked(prompt(30, 3), 60, temperature=0.9, top_p=0.95, penalty=1.1, seed=42)

    (alone,) = written(decoder, [wish()])
    others = [
        asked(prompt(5 + 9 * seed, seed), 10 + 20 * seed, temperature=1.3, top_k=100, seed=seed) for seed in range(6)
    ]
    crowded = written(decoder, [*others[:3], wish(), *others[3:]], most=5)
    assert crowded[3] == alone
    other_seed = asked(prompt(30, 3), 60, temperature=0.9, top_p=0.95, penalty=1.1, seed=43)
    assert written(decoder, [other_seed]) != [alone]


def test_whole_numbers_come_close_to_exact_ones() -> None:
    _, exact = own_loop()
    _, quick = own_loop_int8()
    a, b = exact.join(prompt(100), ""), quick.join(prompt(100), "")
    assert (a - b).abs().max() < 0.1 * a.std()


class Cramped:
    """A decoder that has memory for two rows only."""

    def __init__(self, inner: Decoder, most: int = 2) -> None:
        self._inner = inner
        self._most = most

    @property
    def rows(self) -> int:
        return self._inner.rows

    @property
    def size_bytes(self) -> int:
        return self._inner.size_bytes

    def join(self, ids: Sequence[int], adapter: str) -> torch.Tensor:
        if self.rows >= 4 or not self._most:
            raise torch.OutOfMemoryError("no room for another row")
        return self._inner.join(ids, adapter)

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        if self.rows > self._most:
            raise torch.OutOfMemoryError("no room for this step")
        return self._inner.step(tokens)

    def drop(self, gone: Sequence[int]) -> None:
        self._inner.drop(gone)


def test_short_memory_shrinks_the_batch_and_every_text_is_written_all_the_same() -> None:
    model, decoder = own_loop()
    requests = [asked(prompt(8, seed), 12) for seed in range(7)]
    assert written(Cramped(decoder), requests) == [generated(model, request) for request in requests]


def test_what_is_too_large_alone_is_told_so() -> None:
    _, decoder = own_loop()
    request = asked(prompt(8), 12)
    written(Cramped(decoder, most=0), [request])
    assert isinstance(request.error, OutOfMemoryError)


def test_what_a_model_cannot_read_fails_alone() -> None:
    model, decoder = own_loop()
    bad, good = asked([100_000], 5), asked(prompt(8), 12)
    assert written(decoder, [bad, good])[1] == generated(model, good)
    assert isinstance(bad.error, IndexError)
