"""The classifier that looks at pictures before anybody else does."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from contracts.message import Parameters
from engine.answers import Answer, Snapshot
from engine.bots import Bot, read_bots
from engine.failures import ModelUnavailableError, UnsafePictureError
from engine.kinds import painting
from engine.kinds.painting import Easel, open_model
from engine.pictures.safety import Guard
from tests.engine.checkpoints import IMAGEBOT, save_classifier
from tests.engine.desk import job
from tests.engine.fetching import nothing

CPU = torch.device("cpu")
LABELS = ("normal", "nsfw")
CAT = job("ImageBot", "a cat", Parameters(steps=2, count=2))


@pytest.fixture(scope="module")
def easel() -> Easel:
    return open_model(str(IMAGEBOT), "cpu")


def bot(safety: Path) -> Bot:
    return Bot(name="ImageBot", kind="diffusion", model=str(IMAGEBOT), safety=str(safety))


@pytest.mark.parametrize(
    "label", ["nsfw", "NSFW", "porn", "Hentai", "sexy", "explicit nudity", "UNSAFE", "gore_bloody", "Violence"]
)
def test_complains_where_an_unsafe_label_wins(tmp_path: Path, label: str) -> None:
    guard = Guard(str(save_classifier(tmp_path, ("drawings", label, "neutral"), winner=label)), CPU)
    assert guard.complaint(Image.new("RGB", (50, 40))) == label


@pytest.mark.parametrize("label", ["normal", "sfw", "safe", "not nsfw", "non-violence", "drawings"])
def test_says_nothing_where_another_label_wins(tmp_path: Path, label: str) -> None:
    guard = Guard(str(save_classifier(tmp_path, ("nsfw", label), winner=label)), CPU)
    assert guard.complaint(Image.new("RGB", (50, 40))) is None


def test_classifier_that_calls_nothing_unsafe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="cat, dog"):
        Guard(str(save_classifier(tmp_path, ("cat", "dog"), winner="cat")), CPU)


def test_folder_without_a_classifier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError):
        Guard(str(tmp_path), CPU)


def test_an_unsafe_picture_is_never_shown_and_neither_are_its_previews(
    easel: Easel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "FIRST_PREVIEW_MS", 0)
    said: list[object] = []
    with pytest.raises(UnsafePictureError, match="nsfw"):
        said.extend(easel.answer(bot(save_classifier(tmp_path, LABELS, winner="nsfw")), CAT, nothing))
    pictures = [snapshot.picture for snapshot in said if isinstance(snapshot, Snapshot) and snapshot.picture]
    assert [(picture.step, picture.preview) for picture in pictures] == [(1, None), (2, None)]


def test_safe_pictures_are_shown_and_before_that_only_how_far_they_are(
    easel: Easel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "FIRST_PREVIEW_MS", 0)
    *snapshots, answer = easel.answer(bot(save_classifier(tmp_path, LABELS, winner="normal")), CAT, nothing)
    pictures = [said.picture for said in snapshots if isinstance(said, Snapshot) and said.picture]
    assert [(picture.step, picture.preview) for picture in pictures] == [(step, None) for step in range(1, 5)]
    assert isinstance(answer, Answer)
    assert len(answer.drawings) == 2


def test_classifier_counts_to_the_memory_that_is_held_and_is_loaded_once(tmp_path: Path) -> None:
    easel = open_model(str(IMAGEBOT), "cpu")
    guarded, before = bot(save_classifier(tmp_path, LABELS, winner="normal")), easel.size_bytes
    list(easel.answer(guarded, CAT, nothing))
    once = easel.size_bytes
    list(easel.answer(guarded, CAT, nothing))
    assert before < once == easel.size_bytes


def test_card_names_the_classifier_and_not_its_place_on_this_machine(tmp_path: Path) -> None:
    save_classifier(tmp_path / "guard", LABELS, winner="normal")
    file = tmp_path / "bots.toml"
    file.write_text('[[bot]]\nname = "Al"\nkind = "echo"\nsafety = "./guard"\n[[bot]]\nname = "Bo"\nkind = "echo"\n')
    with_guard, without = read_bots(file)
    assert with_guard.safety == str(tmp_path / "guard")
    assert (with_guard.card.safety, without.card.safety) == ("guard", None)
