"""Choosing tokens: the shares are those of the model, cut as asked."""

from collections import Counter

import pytest
import torch

from engine.text.sampling import Sampler, top
from tests.engine.text.conftest import CPU, asked

WIDTH = 50_257


@pytest.mark.parametrize("width", [10, 300, 4096, WIDTH])
@pytest.mark.parametrize("most", [1, 40, 1000])
def test_the_best_are_those_that_a_full_search_finds(width: int, most: int) -> None:
    logits = torch.randn(3, width, generator=torch.Generator().manual_seed(1))
    best, places = top(logits, most)
    expected = logits.topk(min(most, width), dim=-1)
    assert torch.equal(best, expected.values)
    assert torch.equal(logits.gather(1, places), best)


def drawn(logits: torch.Tensor, times: int = 2000, **chosen: float) -> Counter[int]:
    requests = [asked([0], 1, seed=seed, **{"temperature": 1.0, "top_p": 1.0} | chosen) for seed in range(times)]  # type: ignore[arg-type]
    return Counter(Sampler(requests, CPU.place).draw(logits.repeat(times, 1)))


def test_tokens_come_as_often_as_the_model_says() -> None:
    shares = torch.tensor([0.5, 0.3, 0.15, 0.05])
    counts = drawn(shares.log()[None])
    for token, share in enumerate(shares.tolist()):
        assert counts[token] / 2000 == pytest.approx(share, abs=0.04)


def test_top_k_top_p_and_temperature_cut_what_is_unlikely() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    assert set(drawn(logits, top_k=2)) == {0, 1}
    assert set(drawn(logits, top_p=0.7)) == {0, 1}
    assert set(drawn(logits, top_p=0.01)) == {0}
    assert drawn(logits, temperature=0.3)[0] > drawn(logits)[0] > drawn(logits, temperature=3.0)[0]


def test_a_penalty_makes_what_was_said_less_likely_whatever_its_sign() -> None:
    logits = torch.tensor([[2.0, 1.9, -1.0, -1.1]])
    for said, best in ((0, 1), (2, 3)):
        alone = logits.clone()
        alone[0, {0: [2, 3], 2: [0, 1]}[said]] = -50.0
        assert Sampler([asked([said], 1, penalty=2.0)], CPU.place).draw(alone) == [best]


def test_each_text_has_its_own_parameters() -> None:
    logits = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(2))
    greedy, wild = asked([0], 1), asked([0], 1, temperature=5.0, top_k=1000, top_p=1.0, seed=7)
    tokens = Sampler([greedy, wild], CPU.place).draw(logits.clone())
    assert tokens[0] == int(logits[0].argmax())
    assert tokens[1] != int(logits[1].argmax())
