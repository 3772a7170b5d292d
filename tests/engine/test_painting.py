"""Pictures as answers: ImageBot in an engine, from the request to the blob."""

import hashlib
from pathlib import Path

import pytest

from contracts.events import Finished, Progress
from contracts.message import Parameters
from contracts.names import IMAGES_CONTAINER
from contracts.storage import open_storage
from engine.answers import Answer
from engine.bots import Bot
from engine.failures import BadRequestError
from engine.kinds.painting import Easel, open_model
from tests.engine.conftest import ROOT, running_engine
from tests.engine.desk import Desk, job

FOLDER = ROOT / "engine" / "bots" / "ImageBot"
BOT = Bot(name="ImageBot", kind="diffusion", model=str(FOLDER), upscale=2)


@pytest.fixture(scope="module")
def easel() -> Easel:
    return open_model(str(FOLDER), "cpu")


async def test_a_picture_is_in_storage_under_the_hash_of_its_bytes_before_its_message_is_told(
    desk: Desk, connection_string: str, tmp_path: Path
) -> None:
    (tmp_path / "bots.toml").write_text(
        f'[[bot]]\nname = "ImageBot"\nkind = "diffusion"\nmodel = {str(FOLDER)!r}\nupscale = 2\n'
    )
    asked = job("ImageBot", "@ImageBot a red star", Parameters(steps=30, seed=1))
    await desk.input.send([asked])
    async with running_engine(connection_string, tmp_path / "bots.toml"), open_storage(connection_string, None) as made:
        await desk.until("ended", asked)
        end = desk.end(asked)
        assert isinstance(end, Finished)
        (image,) = end.images
        blob = await made.blobs.get_blob_client(IMAGES_CONTAINER, image.name).download_blob()
        png = await blob.readall()
    assert image.name == f"{hashlib.sha256(png).hexdigest()}.png"
    assert blob.properties.content_settings.content_type == "image/png"
    assert (image.width, image.height, image.alt) == (128, 128, "a red star")
    assert (end.prompt, end.usage.seed) == ("a red star", 1)
    pictures = [event.picture for event in desk.said(asked, "progress") if isinstance(event, Progress)]
    assert [picture.step for picture in pictures if picture] == sorted(
        {picture.step for picture in pictures if picture}
    )


def test_each_snapshot_holds_the_newest_preview(easel: Easel) -> None:
    *snapshots, answer = easel.answer(BOT, job("ImageBot", "a cat", Parameters(steps=4)))
    assert isinstance(answer, Answer)
    for number, said in enumerate(snapshots, start=1):
        assert not isinstance(said, Answer)
        assert said.picture is not None
        assert (said.picture.step, said.picture.steps) == (number, 4)
        assert said.picture.preview is not None


def test_without_a_request_the_title_is_painted(easel: Easel) -> None:
    *_, answer = easel.answer(BOT, job("ImageBot", "@ImageBot", Parameters(steps=1)))
    assert isinstance(answer, Answer)
    assert answer.prompt == "General"


def test_one_side_alone_means_a_square(easel: Easel) -> None:
    *_, answer = easel.answer(BOT, job("ImageBot", "a cat", Parameters(steps=1, width=32)))
    assert isinstance(answer, Answer)
    assert [(drawing.width, drawing.height) for drawing in answer.drawings] == [(64, 64)]


def test_a_size_that_the_model_cannot_do_is_a_bad_request(easel: Easel) -> None:
    with pytest.raises(BadRequestError):
        list(easel.answer(BOT, job("ImageBot", "a cat", Parameters(steps=1, width=2048, height=8))))
