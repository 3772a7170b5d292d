"""Painting with the shipped ImageBot and with other checkpoints: size, seed, previews, cancelling, memory, errors."""

import io
import json
import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from PIL import Image, ImageChops, ImageStat
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from engine.failures import BadRequestError, OutOfMemoryError, UnsafePictureError
from engine.kinds.diffusion import Painter, PainterBusyError, Picture, Step, Wish
from engine.pictures import previews
from engine.pictures.originals import Original
from engine.pictures.previews import PREVIEW_BYTES, Previews
from engine.provenance import version_of
from tests.engine.checkpoints import IMAGEBOT, save_pixart, save_stable_diffusion

CPU = torch.device("cpu")
CAT = Wish("a cat", steps=4, guidance=4.0, seed=1)
BLUE = Original(f"{'ab' * 32}.png", Image.new("RGB", (96, 64), "blue"))


@pytest.fixture(scope="module")
def imagebot() -> Painter:
    return Painter(str(IMAGEBOT), CPU, torch.float32)


@pytest.fixture
def denoised() -> Iterator[list[int]]:
    """Grows by one entry, the batch size, whenever a denoiser has run."""
    calls: list[int] = []

    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], _output: object) -> None:
        if isinstance(module, UNet2DConditionModel):
            calls.append(len(inputs[0]))

    hook = register_module_forward_hook(count)
    yield calls
    hook.remove()


@pytest.fixture
def full() -> Iterator[list[int]]:
    """The memory is full at the runs of a denoiser, counted from 0, that are put in here."""
    runs: list[int] = []
    ran = 0

    def fill(module: nn.Module, _inputs: object) -> None:
        nonlocal ran
        if isinstance(module, UNet2DConditionModel):
            ran += 1
            if ran - 1 in runs:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    hook = register_module_forward_pre_hook(fill)
    yield runs
    hook.remove()


@pytest.fixture
def _cheap_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long they take, beside steps that take next to nothing."""
    monkeypatch.setattr(previews, "SHARE", math.inf)


def always() -> Previews:
    return Previews(first_ms=0, every_ms=0)


def paint(painter: Painter, wish: Wish = CAT) -> Picture:
    *_, picture = painter.paint(wish)
    assert isinstance(picture, Picture)
    return picture


def steps_of(painter: Painter, wish: Wish = CAT, previews: Previews | None = None) -> list[Step]:
    return [made for made in painter.paint(wish, previews=previews) if isinstance(made, Step)]


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.png))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """0 for the same pictures, 255 for black and white."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_each_step_is_told_before_the_picture(imagebot: Painter) -> None:
    *steps, picture = imagebot.paint(replace(CAT, steps=3))
    assert steps == [Step(1, 3, None), Step(2, 3, None), Step(3, 3, None)]
    assert isinstance(picture, Picture)


def test_picture_has_the_size_of_the_model_times_upscale(imagebot: Painter) -> None:
    *_, picture = imagebot.paint(CAT, upscale=4)
    assert isinstance(picture, Picture)
    assert picture.image.size == opened(picture).size == (256, 256)


def test_picture_has_the_size_that_was_asked_for(imagebot: Painter) -> None:
    assert opened(paint(imagebot, replace(CAT, size=(128, 64)))).size == (128, 64)


def test_png_says_how_it_was_made(imagebot: Painter) -> None:
    image = opened(paint(imagebot, replace(CAT, prompt="a blue star ★", seed=11)))
    assert image.info["Description"] == "a blue star ★"
    assert image.info["Source"] == imagebot.name == version_of(str(IMAGEBOT), None)
    notes = json.loads(image.info["Comment"])
    assert (notes["seed"], notes["num_inference_steps"], notes["model"]) == (11, 4, imagebot.name)


def test_same_seed_gives_the_same_bytes_and_another_seed_others(imagebot: Painter) -> None:
    assert paint(imagebot).png == paint(imagebot).png
    assert paint(imagebot).png != paint(imagebot, replace(CAT, seed=8)).png


def test_shipped_bot_paints_the_colours_it_is_asked_for(imagebot: Painter) -> None:
    image = paint(imagebot, Wish("a big red circle on a blue background", 20, 4.0, 7)).image
    red, _, blue = image.getpixel((32, 32))  # type: ignore[misc]  # a pixel of an RGB image is a triple
    assert red > blue
    red, _, blue = image.getpixel((2, 2))  # type: ignore[misc]
    assert blue > red


def test_pipeline_runs_only_when_pulled_and_stops_between_two_steps(imagebot: Painter, denoised: list[int]) -> None:
    strokes = imagebot.paint(replace(CAT, steps=10))
    assert denoised == []
    assert [next(strokes), next(strokes)] == [Step(1, 10, None), Step(2, 10, None)]
    assert len(denoised) == 2
    strokes.close()
    assert len(denoised) == 2


def test_cancelled_picture_leaves_no_trace_in_the_next(imagebot: Painter) -> None:
    wanted = paint(imagebot)
    strokes = imagebot.paint(replace(CAT, prompt="something else", steps=9))
    next(strokes)
    del strokes
    assert paint(imagebot).png == wanted.png


@pytest.mark.usefixtures("_cheap_previews")
def test_previews_are_small_webp_pictures(imagebot: Painter) -> None:
    shown = [step.preview for step in steps_of(imagebot, previews=always()) if step.preview]
    assert len(shown) == 4
    assert all(len(preview) <= PREVIEW_BYTES for preview in shown)
    assert {Image.open(io.BytesIO(preview)).format for preview in shown} == {"WEBP"}


def test_previews_that_take_long_beside_the_steps_come_less_often(
    imagebot: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "SHARE", 1e-9)
    assert [step.preview is not None for step in steps_of(imagebot, previews=always())] == [True, False, False, False]


def test_no_preview_is_made_before_one_could_be_seen(imagebot: Painter) -> None:
    steps = steps_of(imagebot, previews=Previews(first_ms=3_600_000, every_ms=0))
    assert [step.preview for step in steps] == [None] * 4


def test_even_a_very_narrow_picture_has_previews(imagebot: Painter) -> None:
    (step,) = steps_of(imagebot, replace(CAT, steps=1, size=(1024, 8)), always())
    assert step.preview is not None


def test_previews_come_no_more_often_than_allowed_over_several_pictures(imagebot: Painter) -> None:
    rare = Previews(first_ms=0, every_ms=3_600_000)
    steps = [*steps_of(imagebot, previews=rare), *steps_of(imagebot, previews=rare)]
    assert [step.preview is not None for step in steps] == [True] + [False] * 7


def test_what_goes_wrong_in_the_pipeline_is_raised_to_who_pulls_and_the_painter_lives_on(imagebot: Painter) -> None:
    with pytest.raises(ValueError, match="divisible by 8"):
        next(imagebot.paint(replace(CAT, size=(63, 64))))
    assert paint(imagebot).image.width == 64


def test_second_picture_at_the_same_time_is_refused(imagebot: Painter) -> None:
    first = imagebot.paint(CAT)
    next(first)
    with pytest.raises(PainterBusyError):
        next(imagebot.paint(CAT))
    assert isinstance(list(first)[-1], Picture)


def test_the_less_strength_the_more_is_left_of_the_original(imagebot: Painter) -> None:
    star = Wish("a big red star on a yellow background", 20, 4.0, 1, original=BLUE)
    blue = Image.new("RGB", (80, 56), "blue")
    little, much = (paint(imagebot, replace(star, strength=strength)).image for strength in (0.2, 0.9))
    assert little.size == much.size == blue.size
    assert difference(little, blue) < difference(much, blue) / 2


def test_of_a_picture_that_is_painted_over_the_share_of_steps_is_taken_that_strength_says(imagebot: Painter) -> None:
    steps = steps_of(imagebot, replace(CAT, steps=10, original=BLUE, strength=0.5))
    assert steps[0].steps == len(steps) == 5


def test_png_names_the_picture_that_was_painted_over(imagebot: Painter) -> None:
    notes = json.loads(opened(paint(imagebot, replace(CAT, original=BLUE, strength=0.5))).info["Comment"])
    assert (notes["image"], notes["strength"]) == (BLUE.name, 0.5)


def test_painting_over_is_repeatable_and_leaves_no_trace_in_what_comes_after(imagebot: Painter) -> None:
    wanted, held_bytes = paint(imagebot), imagebot.size_bytes
    over = replace(CAT, original=BLUE, strength=0.5)
    assert paint(imagebot, over).png == paint(imagebot, over).png
    assert paint(imagebot).png == wanted.png
    assert imagebot.size_bytes == held_bytes


def test_size_that_is_asked_for_holds_for_what_is_painted_over_too(imagebot: Painter) -> None:
    assert paint(imagebot, replace(CAT, original=BLUE, strength=0.5, size=(32, 64))).image.size == (32, 64)


def test_so_little_strength_that_no_step_is_left_is_a_bad_request(imagebot: Painter) -> None:
    with pytest.raises(BadRequestError) as caught:
        list(imagebot.paint(replace(CAT, original=BLUE, strength=0.1)))
    assert "strength" in caught.value.sentence


def test_size_in_bytes_is_that_of_all_weights(imagebot: Painter) -> None:
    weights_bytes = sum(file.stat().st_size for file in IMAGEBOT.rglob("*.safetensors"))
    # They lie there in half precision.
    assert imagebot.size_bytes == pytest.approx(2 * weights_bytes, rel=0.01)


def test_picture_that_finds_no_memory_is_begun_again_in_pieces_that_need_less(
    full: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    painter = Painter(str(IMAGEBOT), CPU, torch.float32)
    full.append(2)
    with caplog.at_level(logging.WARNING):
        *steps, picture = painter.paint(CAT)
    assert [step.step for step in steps if isinstance(step, Step)] == [1, 2, 1, 2, 3, 4]
    assert isinstance(picture, Picture)
    assert [record.getMessage() for record in caplog.records] == [
        "StableDiffusionPipeline: paints in pieces from now on: CUDA out of memory. Tried to allocate 2.00 GiB."
    ]
    assert len(steps_of(painter)) == 4


def test_picture_that_finds_no_memory_twice_fails_and_the_next_one_is_painted(full: list[int]) -> None:
    painter = Painter(str(IMAGEBOT), CPU, torch.float32)
    full += [0, 1]
    with pytest.raises(OutOfMemoryError):
        list(painter.paint(CAT))
    assert paint(painter).image.size == (64, 64)


@pytest.mark.usefixtures("_cheap_previews")
def test_any_other_checkpoint_is_the_same_code(tmp_path: Path) -> None:
    painter = Painter(str(save_stable_diffusion(tmp_path / "other")), CPU, torch.bfloat16)
    *steps, picture = painter.paint(replace(CAT, steps=3), previews=always())
    # This sampler (PNDM) takes one step more than it is asked for.
    assert [(step.step, step.steps) for step in steps if isinstance(step, Step)] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert isinstance(picture, Picture)
    assert opened(picture).size == (256, 256)
    shown = [Image.open(io.BytesIO(step.preview)) for step in steps if isinstance(step, Step) and step.preview]
    assert [preview.size for preview in shown] == [(192, 192)] * 4


def test_pipeline_that_calls_back_in_the_old_way_is_told_and_stopped_between_steps_too(tmp_path: Path) -> None:
    strokes = Painter(str(save_pixart(tmp_path / "pixart")), CPU, torch.float32).paint(CAT)
    assert [next(strokes), next(strokes)] == [Step(1, 4, None), Step(2, 4, None)]
    strokes.close()


def test_model_that_cannot_begin_with_a_picture_says_so(tmp_path: Path) -> None:
    painter = Painter(str(save_pixart(tmp_path / "pixart")), CPU, torch.float32)
    with pytest.raises(BadRequestError) as caught:
        list(painter.paint(replace(CAT, original=BLUE, strength=0.5)))
    assert "words alone" in caught.value.sentence
    assert paint(painter).image.size == (256, 256)


def test_what_a_checkpoints_own_checker_finds_is_never_shown(tmp_path: Path) -> None:
    painter = Painter(str(save_stable_diffusion(tmp_path / "checked", has_checker=True)), CPU, torch.float32)
    shown: list[Step | Picture] = []
    with pytest.raises(UnsafePictureError):
        shown.extend(painter.paint(CAT, previews=always()))
    assert [made.preview for made in shown if isinstance(made, Step)] == [None] * len(shown)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="safetensors"):
        Painter(str(save_stable_diffusion(tmp_path / "pickled", safetensors=False)), CPU, torch.float32)


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"model_index\.json"):
        Painter(str(tmp_path), CPU, torch.float32)
