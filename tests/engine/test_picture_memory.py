"""Where the weights of a picture model lie when a graphics card is large, and when it is small."""

import logging

import pytest
import torch
from torch import nn

from engine.pictures import memory

CARD = torch.device("cuda")


class Pipeline:
    """What of a diffusers pipeline says where its parts lie; there is no card where the tests run."""

    def __init__(self) -> None:
        self.components = {"unet": nn.Linear(8, 8), "vae": nn.Linear(8, 8), "tokenizer": object()}
        self.done: list[str] = []

    def to(self, place: torch.device) -> None:
        self.done.append(f"all on {place}")

    def enable_model_cpu_offload(self, *, device: torch.device) -> None:
        self.done.append(f"each in turn on {device}")


WEIGHTS_BYTES = 2 * (8 * 8 + 8) * 4


def test_size_is_that_of_all_parts() -> None:
    assert memory.weights_bytes(Pipeline()) == WEIGHTS_BYTES


@pytest.mark.parametrize(("place", "is_last"), [("cpu", True), ("cuda", True), ("mps", False)])
def test_channels_of_a_pixel_lie_side_by_side_where_that_is_quicker(place: str, is_last: bool) -> None:
    pipeline = Pipeline()
    convolution, of_films = nn.Conv2d(8, 8, 3), nn.Conv3d(8, 8, 3)
    pipeline.components["unet"] = nn.Sequential(convolution, of_films)
    memory.put_on(pipeline, torch.device(place), None)
    assert of_films.weight.is_contiguous()
    assert convolution.weight.is_contiguous(memory_format=torch.channels_last) == is_last


def test_weights_that_fit_lie_on_the_card() -> None:
    pipeline = Pipeline()
    assert memory.put_on(pipeline, CARD, WEIGHTS_BYTES)
    assert pipeline.done == ["all on cuda"]


def test_weights_that_do_not_fit_go_there_one_part_at_a_time_and_that_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipeline = Pipeline()
    with caplog.at_level(logging.WARNING):
        assert not memory.put_on(pipeline, CARD, WEIGHTS_BYTES - 1)
    assert pipeline.done == ["each in turn on cuda"]
    assert len(caplog.records) == 1


def test_in_the_computers_own_memory_nothing_is_offloaded() -> None:
    pipeline, cpu = Pipeline(), torch.device("cpu")
    assert memory.put_on(pipeline, cpu, memory.free_bytes(cpu))
    assert pipeline.done == ["all on cpu"]
