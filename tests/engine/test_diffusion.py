"""Painting with the shipped ImageBot and with other checkpoints: size, seed, previews, cancelling, errors."""

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from torch import nn
from torch.nn.modules.module import register_module_forward_hook
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from engine.kinds.diffusion import PREVIEW_BYTES, Painter, PainterBusyError, Picture, Step
from engine.provenance import version_of

IMAGEBOT = Path(__file__).parents[2] / "engine" / "bots" / "ImageBot"
CPU = torch.device("cpu")


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


def paint(
    painter: Painter, prompt: str = "a red circle on a blue background", seed: int = 7, steps: int = 4
) -> Picture:
    *_, picture = painter.paint(prompt, steps=steps, guidance=4.0, seed=seed)
    assert isinstance(picture, Picture)
    return picture


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png))


def test_each_step_is_told_before_the_picture(imagebot: Painter) -> None:
    *steps, picture = imagebot.paint("a cat", steps=3, guidance=4.0, seed=1)
    assert steps == [Step(1, 3, None), Step(2, 3, None), Step(3, 3, None)]
    assert isinstance(picture, Picture)


def test_picture_has_the_size_of_the_model_times_upscale(imagebot: Painter) -> None:
    *_, picture = imagebot.paint("a cat", steps=2, guidance=4.0, seed=1, upscale=4)
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == opened(picture).size == (256, 256)


def test_picture_has_the_size_that_was_asked_for(imagebot: Painter) -> None:
    *_, picture = imagebot.paint("a cat", steps=2, guidance=4.0, seed=1, size=(128, 64))
    assert isinstance(picture, Picture)
    assert opened(picture).size == (128, 64)


def test_png_says_how_it_was_made(imagebot: Painter) -> None:
    image = opened(paint(imagebot, "a blue star ★", seed=11))
    image.load()
    assert image.info["Description"] == "a blue star ★"
    assert image.info["Source"] == imagebot.name == version_of(str(IMAGEBOT), None)
    notes = json.loads(image.info["Comment"])
    assert (notes["seed"], notes["num_inference_steps"], notes["model"]) == (11, 4, imagebot.name)


def test_same_seed_gives_the_same_bytes_and_another_seed_others(imagebot: Painter) -> None:
    assert paint(imagebot, seed=7).png == paint(imagebot, seed=7).png
    assert paint(imagebot, seed=7).png != paint(imagebot, seed=8).png


def test_shipped_bot_paints_the_colours_it_is_asked_for(imagebot: Painter) -> None:
    image = opened(paint(imagebot, "a big red circle on a blue background", steps=20))
    red, _, blue = image.getpixel((32, 32))  # type: ignore[misc]  # a pixel of an RGB image is a triple
    assert red > blue
    red, _, blue = image.getpixel((2, 2))  # type: ignore[misc]
    assert blue > red


def test_pipeline_runs_only_when_pulled_and_stops_between_two_steps(imagebot: Painter, denoised: list[int]) -> None:
    strokes = imagebot.paint("a cat", steps=10, guidance=4.0, seed=1)
    assert denoised == []
    assert [next(strokes), next(strokes)] == [Step(1, 10, None), Step(2, 10, None)]
    assert len(denoised) == 2
    strokes.close()  # type: ignore[attr-defined]  # a generator, known to its callers as an iterator
    assert len(denoised) == 2
    assert "painter" not in {thread.name for thread in threading.enumerate()}


def test_cancelled_picture_leaves_no_trace_in_the_next(imagebot: Painter) -> None:
    wanted = paint(imagebot)
    strokes = imagebot.paint("something else", steps=9, guidance=2.0, seed=1)
    next(strokes)
    del strokes
    assert paint(imagebot) == wanted


def test_previews_are_small_webp_pictures(imagebot: Painter) -> None:
    *steps, _ = imagebot.paint("a cat", steps=3, guidance=4.0, seed=1, preview_every_ms=0)
    previews = [step.preview for step in steps if isinstance(step, Step) and step.preview]
    assert len(previews) == 3
    assert all(len(preview) <= PREVIEW_BYTES for preview in previews)
    assert {Image.open(io.BytesIO(preview)).format for preview in previews} == {"WEBP"}


def test_previews_come_no_more_often_than_allowed(imagebot: Painter) -> None:
    *steps, _ = imagebot.paint("a cat", steps=5, guidance=4.0, seed=1, preview_every_ms=3_600_000)
    assert [step.preview is not None for step in steps if isinstance(step, Step)] == [True, False, False, False, False]


def test_what_goes_wrong_in_the_pipeline_is_raised_to_who_pulls_and_the_painter_lives_on(imagebot: Painter) -> None:
    with pytest.raises(ValueError, match="divisible by 8"):
        next(imagebot.paint("a cat", steps=2, guidance=4.0, seed=1, size=(63, 64)))
    assert paint(imagebot).width == 64


def test_second_picture_at_the_same_time_is_refused(imagebot: Painter) -> None:
    first = imagebot.paint("a cat", steps=2, guidance=4.0, seed=1)
    next(first)
    with pytest.raises(PainterBusyError):
        next(imagebot.paint("a dog", steps=2, guidance=4.0, seed=1))
    assert isinstance(list(first)[-1], Picture)


def other_checkpoint(folder: Path, *, safetensors: bool = True) -> Path:
    """The classes of Stable Diffusion 1.5 with tiny random weights."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(IMAGEBOT / "tokenizer")
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=tokenizer.model_max_length,
        eos_token_id=tokenizer.eos_token_id,
    )
    down, up = ("CrossAttnDownBlock2D", "DownBlock2D"), ("UpBlock2D", "CrossAttnUpBlock2D")
    StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(8, 8, 8, 8),
            norm_num_groups=4,
            latent_channels=4,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        ),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=32,
            block_out_channels=(8, 16),
            layers_per_block=1,
            norm_num_groups=4,
            down_block_types=down,
            up_block_types=up,
            cross_attention_dim=32,
            attention_head_dim=4,
        ),
        scheduler=PNDMScheduler(skip_prk_steps=True, steps_offset=1, beta_schedule="scaled_linear"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=safetensors)
    return folder


def test_any_other_checkpoint_is_the_same_code(tmp_path: Path) -> None:
    painter = Painter(str(other_checkpoint(tmp_path / "other")), CPU, torch.bfloat16)
    *steps, picture = painter.paint("noise", steps=3, guidance=7.5, seed=1, preview_every_ms=0)
    # This sampler (PNDM) takes one step more than it is asked for.
    assert [(step.step, step.steps) for step in steps if isinstance(step, Step)] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert isinstance(picture, Picture)
    assert opened(picture).size == (256, 256)
    previews = [Image.open(io.BytesIO(step.preview)) for step in steps if isinstance(step, Step) and step.preview]
    assert [preview.size for preview in previews] == [(192, 192)] * 4


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="safetensors"):
        Painter(str(other_checkpoint(tmp_path / "pickled", safetensors=False)), CPU, torch.float32)


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"model_index\.json"):
        Painter(str(tmp_path), CPU, torch.float32)
