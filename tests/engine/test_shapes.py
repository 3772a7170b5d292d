"""ImageBot's training: what its drawings and captions promise, and a run of the whole command with few steps."""

import json
import random
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file

from engine.kinds.diffusion import Painter, Picture, Wish
from engine.training.__main__ import main
from engine.training.images.captions import OTHER_WORDS, caption, full_caption
from engine.training.images.pictures import draw, draw_all
from engine.training.images.scenes import COLOURS, HELD_OUT, PLACES, THINGS, Scene, random_scene
from engine.training.images.tokenizer import train_tokenizer


def scenes(count: int) -> list[Scene]:
    rng = random.Random(1)
    return [random_scene(rng) for _ in range(count)]


def test_every_word_of_the_grammar_is_drawn_and_held_out_pairs_are_not() -> None:
    drawn = scenes(5000)
    assert {scene.thing for scene in drawn} == set(THINGS)
    assert {scene.colour for scene in drawn} == {scene.background for scene in drawn} == set(COLOURS)
    assert {scene.place for scene in drawn} == set(PLACES)
    assert not HELD_OUT & {(scene.thing, scene.colour) for scene in drawn}
    assert all(scene.colour != scene.background for scene in drawn)


@pytest.mark.parametrize("thing", THINGS)
def test_thing_is_seen_before_its_background(thing: str) -> None:
    picture = draw(Scene(thing, "red", "blue", "big"), random.Random(1))
    corner, is_red = picture[0, 0], picture[..., 0] > 150
    assert corner[2] > corner[0]
    assert 0.05 < is_red.mean() < 0.8


@pytest.mark.parametrize("place", PLACES)
def test_small_thing_lies_whole_at_every_place(place: str) -> None:
    picture = draw(Scene("square", "white", "black", "small", place), random.Random(1))
    edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
    assert all(edge.max() < 40 for edge in edges)
    assert picture.max() > 200


def test_same_seed_draws_the_same_pictures() -> None:
    first, again, other = (draw_all(scenes(20), random.Random(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_every_caption_names_the_thing() -> None:
    rng = random.Random(2)
    for scene in scenes(2000):
        said = caption(scene, rng)
        assert any(word in said for word in (scene.thing, *OTHER_WORDS.get(scene.thing, ()))), said


def test_people_ask_in_one_word_in_two_and_politely() -> None:
    rng = random.Random(2)
    said = {caption(scene, rng) for scene in scenes(20_000)}
    assert {"cat", "a cat", "blue star"} <= said
    assert any(text.startswith("please paint") for text in said)


def test_whole_sentence_names_everything() -> None:
    scene = Scene("cat", "orange", "grey", "small", "on the left")
    assert full_caption(scene) == "a small orange cat on the left on a grey background"


def test_no_caption_is_cut_and_unknown_words_are_spelled() -> None:
    tokenizer = train_tokenizer(1)
    rng = random.Random(2)
    longest = max(len(tokenizer(caption(scene, rng)).input_ids) for scene in scenes(2000))
    assert longest <= tokenizer.model_max_length
    zebra = tokenizer("zebra").input_ids
    assert tokenizer.eos_token_id not in zebra[1:-1]
    assert tokenizer.decode(zebra, skip_special_tokens=True) == "zebra"


def test_no_bot_tells_where_it_was_made() -> None:
    files = [*(Path(__file__).parents[2] / "engine" / "bots").rglob("*.json")]
    assert len(files) > 10
    assert [file for file in files if "_name_or_path" in file.read_text(encoding="utf-8")] == []


def test_training_writes_a_half_precision_pipeline_that_the_painter_loads_and_training_goes_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Bot"
    sizes = "--pictures 64 --autoencoder-steps 2 --denoiser-steps 3 --checkpoint-steps 2 --judge-steps 2 --questions 2"
    main(["images", "train", str(folder), *sizes.split()])

    assert [path.name for path in tmp_path.iterdir()] == ["Bot"]
    weights = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert isinstance(StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32), StableDiffusionPipeline)
    scores = json.loads(capsys.readouterr().out.splitlines()[-1])
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"| {score['name']} | 2 |" in card for score in scores)

    more = tmp_path / "Further"
    main(["images", "train", str(more), "--continue-from", str(folder), *sizes.split()])
    assert not torch.equal(
        load_file(more / "unet" / "diffusion_pytorch_model.safetensors")["conv_in.weight"], weights["conv_in.weight"]
    )
    assert torch.equal(
        load_file(more / "vae" / "diffusion_pytorch_model.safetensors")["encoder.layers.0.weight"],
        load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")["encoder.layers.0.weight"],
    )

    painter = Painter(str(folder), torch.device("cpu"), torch.float32)
    *_, picture = painter.paint(Wish("a cat", steps=2, guidance=4.0, seed=1))
    assert isinstance(picture, Picture)
    assert picture.image.size == (64, 64)
