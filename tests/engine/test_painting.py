"""Pictures as answers: ImageBot in an engine, from the request to the blob."""

import hashlib
import io
import json
from concurrent.futures import Future
from pathlib import Path

import pytest
from PIL import Image

from contracts.events import Finished, Progress
from contracts.jobs import Job, Turn
from contracts.message import Image as StoredImage
from contracts.message import Parameters
from contracts.names import IMAGES_CONTAINER
from contracts.storage import open_storage
from contracts.wire import PictureName
from engine.answers import Answer, Drawing, Snapshot
from engine.bots import Bot, BotsError, Limits, read_bots
from engine.failures import BadRequestError
from engine.kinds import painting
from engine.kinds.painting import Easel, open_model
from engine.pictures.files import thumbnail
from tests.engine.checkpoints import IMAGEBOT
from tests.engine.conftest import running_engine
from tests.engine.desk import Desk, job
from tests.engine.fetching import nothing, there

BOT = Bot(name="ImageBot", kind="diffusion", model=str(IMAGEBOT), upscale=2)
NARROW = BOT.model_copy(update={"limits": Limits(steps=10, side=128, count=2)})
SENT = f"{'ab' * 32}.png"


@pytest.fixture(scope="module")
def easel() -> Easel:
    return open_model(str(IMAGEBOT), "cpu")


def asking(*thread: Turn) -> Job:
    return job("ImageBot", "", Parameters(steps=4)).model_copy(update={"thread": thread})


def sent(name: PictureName) -> Future[bytes]:
    assert name == SENT
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "blue").save(file, "PNG")
    return there(file.getvalue())


def answered(easel: Easel, asked: Job, bot: Bot = BOT) -> Answer:
    *_, answer = easel.answer(bot, asked, sent)
    assert isinstance(answer, Answer)
    return answer


def bots_in(folder: Path) -> Path:
    file = folder / "bots.toml"
    file.write_text(f'[[bot]]\nname = "ImageBot"\nkind = "diffusion"\nmodel = {str(IMAGEBOT)!r}\nupscale = 2\n')
    return file


async def painted(desk: Desk, asked: Job) -> tuple[StoredImage, Finished]:
    """The one picture of an answer that an engine gives."""
    await desk.input.send([asked])
    await desk.until("ended", asked)
    end = desk.end(asked)
    assert isinstance(end, Finished), end
    (image,) = end.images
    return image, end


def notes(drawing: Drawing) -> dict[str, object]:
    image = Image.open(io.BytesIO(drawing.png))
    image.load()
    return dict(json.loads(image.info["Comment"]))


async def test_a_picture_is_in_storage_under_the_hash_of_its_bytes_before_its_message_is_told(
    desk: Desk, connection_string: str, tmp_path: Path
) -> None:
    asked = job("ImageBot", "@ImageBot a red star", Parameters(steps=30, seed=1))
    async with running_engine(connection_string, bots_in(tmp_path)), open_storage(connection_string, None) as made:
        image, end = await painted(desk, asked)
        assert image.thumbnail is not None
        for name, form in ((image.name, "png"), (image.thumbnail, "webp")):
            blob = await made.blobs.get_blob_client(IMAGES_CONTAINER, name).download_blob()
            assert name == f"{hashlib.sha256(await blob.readall()).hexdigest()}.{form}"
            assert blob.properties.content_settings.content_type == f"image/{form}"
    assert (image.width, image.height, image.alt) == (128, 128, "a red star")
    assert (end.prompt, end.usage.seed) == ("a red star", 1)
    pictures = [event.picture for event in desk.said(asked, "progress") if isinstance(event, Progress)]
    assert [picture.step for picture in pictures if picture] == sorted(
        {picture.step for picture in pictures if picture}
    )


async def test_an_engine_paints_over_what_it_painted_before(desk: Desk, connection_string: str, tmp_path: Path) -> None:
    async with running_engine(connection_string, bots_in(tmp_path)):
        first, _ = await painted(desk, job("ImageBot", "a red star", Parameters(steps=4)))
        thread = (Turn(author="ImageBot", text="", images=(first.name,)), Turn(author="ann", text="a blue star"))
        second, end = await painted(desk, asking(*thread))
        with pytest.raises(AssertionError, match="I cannot find the picture"):
            await painted(desk, asking(Turn(author="ann", text="and this?", images=(SENT,))))
    assert (second.width, second.height) == (first.width, first.height)
    assert end.parameters.strength == 0.6


def test_each_snapshot_holds_the_newest_preview(easel: Easel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "FIRST_PREVIEW_MS", 0)
    *snapshots, _ = easel.answer(BOT, job("ImageBot", "a cat", Parameters(steps=4)), nothing)
    pictures = [said.picture for said in snapshots if isinstance(said, Snapshot) and said.picture]
    assert [(picture.step, picture.steps) for picture in pictures] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(picture.preview for picture in pictures)


def test_without_a_request_the_title_is_painted(easel: Easel) -> None:
    assert answered(easel, job("ImageBot", "@ImageBot", Parameters(steps=1))).prompt == "General"


def test_one_side_alone_means_a_square(easel: Easel) -> None:
    answer = answered(easel, job("ImageBot", "a cat", Parameters(steps=1, width=32)))
    assert [(drawing.width, drawing.height) for drawing in answer.drawings] == [(64, 64)]


def test_a_size_that_the_model_cannot_do_is_a_bad_request(easel: Easel) -> None:
    # Other models want multiples of 16 or 32; this one takes all that the wire lets through.
    odd = Parameters(steps=1).model_copy(update={"width": 60})
    with pytest.raises(BadRequestError):
        answered(easel, job("ImageBot", "a cat", odd))


def test_several_pictures_of_one_job_are_those_of_the_following_seeds_and_counted_as_one_work(easel: Easel) -> None:
    *snapshots, answer = easel.answer(BOT, job("ImageBot", "a cat", Parameters(steps=2, count=3, seed=7)), nothing)
    assert isinstance(answer, Answer)
    pictures = [said.picture for said in snapshots if isinstance(said, Snapshot) and said.picture]
    assert [(picture.step, picture.steps) for picture in pictures] == [(step, 6) for step in range(1, 7)]
    alone = [answered(easel, job("ImageBot", "a cat", Parameters(steps=2, seed=seed))) for seed in (7, 8, 9)]
    assert [drawing.png for drawing in answer.drawings] == [each.drawings[0].png for each in alone]
    assert (answer.seed, answer.parameters.count) == (7, 3)


def test_after_the_largest_seed_comes_the_smallest(easel: Easel) -> None:
    last = answered(easel, job("ImageBot", "a cat", Parameters(steps=1, count=2, seed=2**53 - 1)))
    first = answered(easel, job("ImageBot", "a cat", Parameters(steps=1, seed=0)))
    assert last.drawings[1].png == first.drawings[0].png


def test_every_picture_has_a_small_webp_beside_it(easel: Easel) -> None:
    large = BOT.model_copy(update={"upscale": 10})
    (drawing,) = answered(easel, job("ImageBot", "a cat", Parameters(steps=1, width=64, height=32)), large).drawings
    assert drawing.thumbnail is not None
    small = Image.open(io.BytesIO(drawing.thumbnail))
    assert (small.format, small.size) == ("WEBP", (512, 256))
    assert len(drawing.thumbnail) < len(drawing.png)


def test_a_thumbnail_that_saves_nothing_is_left_out() -> None:
    image = Image.new("RGB", (64, 64), "red")
    assert thumbnail(image, below_bytes=1) is None


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Parameters(steps=11), "I can do at most 10 steps. Please ask for less."),
        (Parameters(width=136, height=8), "I can do at most 128 pixels in width. Please ask for less."),
        (Parameters(height=136), "I can do at most 128 pixels in height. Please ask for less."),
        (Parameters(count=3), "I can do at most 2 pictures at a time. Please ask for less."),
    ],
)
def test_what_is_above_a_limit_is_refused_with_the_limit_in_words(
    easel: Easel, asked: Parameters, sentence: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        answered(easel, job("ImageBot", "a cat", asked), NARROW)
    assert caught.value.sentence == sentence


def test_the_limits_bound_what_nobody_asked_for(easel: Easel) -> None:
    assert answered(easel, job("ImageBot", "a cat"), NARROW).parameters.steps == 10


def test_a_bot_whose_own_parameters_are_above_its_limits_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "bots.toml"
    file.write_text('[[bot]]\nname = "Al"\nkind = "echo"\n[bot.limits]\nsteps = 10\n[bot.parameters]\nsteps = 11\n')
    with pytest.raises(BotsError, match=r'bot "Al": .* above its limits: at most 10 steps'):
        read_bots(file)


def test_a_picture_that_the_message_carries_is_painted_over(easel: Easel) -> None:
    answer = answered(easel, asking(Turn(author="ann", text="a cat", images=(SENT,))))
    (drawing,) = answer.drawings
    assert (drawing.width, drawing.height) == (160, 112)
    assert notes(drawing)["image"] == SENT
    assert answer.parameters.strength == notes(drawing)["strength"] == 0.6


def test_an_answer_to_a_picture_of_this_bot_is_painted_over_that(easel: Easel) -> None:
    mine = Turn(author="imagebot", text="", is_bot=True, images=(SENT,))
    (drawing,) = answered(easel, asking(mine, Turn(author="ann", text="and now at night"))).drawings
    assert notes(drawing)["image"] == SENT


@pytest.mark.parametrize(
    "thread",
    [
        (Turn(author="bob", text="look", images=(SENT,)), Turn(author="ann", text="a cat")),
        (
            Turn(author="ImageBot", text="", is_bot=True, images=(SENT,)),
            Turn(author="bob", text="nice"),
            Turn(author="ann", text="a cat"),
        ),
    ],
    ids=["of somebody else", "of this bot, further up"],
)
def test_other_pictures_of_the_thread_are_left_alone(easel: Easel, thread: tuple[Turn, ...]) -> None:
    answer = answered(easel, asking(*thread))
    assert "image" not in notes(answer.drawings[0])
    assert answer.parameters.strength is None


def test_a_picture_that_cannot_be_opened_is_a_bad_request(easel: Easel) -> None:
    broken = asking(Turn(author="ann", text="a cat", images=(SENT,)))
    with pytest.raises(BadRequestError):
        list(easel.answer(BOT, broken, lambda _: there(b"no picture")))
