"""Remote models, asked over real sockets: what is sent, what is heard, and what becomes of refusals."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from huggingface_hub.inference import _providers

from contracts.message import Parameters
from contracts.wire import TEXT_LIMIT
from engine.answers import Answer, Snapshot
from engine.bots import Bot
from engine.failures import BadRequestError, JobError, ModelUnavailableError, SpeechlessError
from engine.keys import service_key
from engine.kinds import remote
from engine.kinds.remote import PAUSES_S, open_model
from infra.ports import free_ports
from tests.engine.desk import job
from tests.engine.fetching import nothing

KEY = "sk-hunter2"
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Service:
    """Speaks OpenAI's chat protocol: gives one reply after another, the last for ever, and keeps what it was asked."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.headers.append(dict(request.headers))
        try:
            return await (self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])(request)
        except asyncio.CancelledError:
            self.hung_up.set()
            raise


def piece(text: str | None, finish: str | None = None, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}], **more}


async def send(request: web.Request, pieces: Iterable[dict[str, object]]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for each in pieces:
        await response.write(f"data: {json.dumps(each)}\n\n".encode())
    return response


async def says(request: web.Request) -> web.StreamResponse:
    pieces = [piece("", system_fingerprint="fp_1"), piece("Clean"), piece(" 🐔"), piece(None, "stop")]
    pieces.append({"choices": [], "usage": USAGE})
    response = await send(request, pieces)
    await response.write(b"data: [DONE]\n\n")
    return response


async def breaks_off(request: web.Request) -> web.StreamResponse:
    return await send(request, [piece("Clea")])


async def is_mute(request: web.Request) -> web.StreamResponse:
    return await send(request, [piece(None, "content_filter")])


def refuses(status: int, said: object = None, **headers: str) -> Reply:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {"error": {"message": said}} if said else [{"error": "list"}], status=status, headers=headers
        )

    return refuse


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", made.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield made
    await runner.cleanup()


@pytest.fixture(autouse=True)
def _no_keys_and_no_patience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HF_TOKEN", "OPENAI_API_KEY", "MY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(remote, "PAUSES_S", (0.0,) * len(PAUSES_S))
    service_key.cache_clear()


def bot(service: Service | None, key: str | None = None) -> Bot:
    address = service.address if service else None
    return Bot(name="FarBot", kind="remote", model="org/model", system="Be kind.", address=address, key=key)


async def ask(asked: Bot, parameters: Parameters | None = None) -> tuple[list[str], Answer]:
    """The texts of the snapshots, and the answer."""
    *snapshots, answer = await asyncio.to_thread(
        lambda: list(open_model("org/model", "cpu").answer(asked, job("FarBot", parameters=parameters), nothing))
    )
    assert isinstance(answer, Answer)
    return [said.text for said in snapshots if isinstance(said, Snapshot)], answer


async def failure(asked: Bot) -> Exception:
    with pytest.raises((JobError, ConnectionError)) as failed:
        await ask(asked)
    assert KEY not in "".join(traceback.format_exception(failed.value))
    return failed.value


async def test_the_answer_is_what_the_service_says_with_its_own_count_of_tokens(service: Service) -> None:
    service.replies = [says]
    snapshots, answer = await ask(bot(service))
    assert snapshots[-1] == "Clean 🐔"
    assert answer.text == "Clean 🐔"
    assert (answer.model, answer.prompt_tokens, answer.completion_tokens) == ("org/model@fp_1", 7, 3)
    assert json.loads(answer.prompt or "") == service.asked[0]["messages"]


async def test_snapshots_grow_while_the_service_still_speaks(service: Service) -> None:
    speak_on = asyncio.Event()

    async def waits(request: web.Request) -> web.StreamResponse:
        response = await send(request, [piece("Clean")])
        await speak_on.wait()
        await response.write(f"data: {json.dumps(piece(' straw', 'stop'))}\n\n".encode())
        return response

    service.replies = [waits]
    generation = open_model("org/model", "cpu").answer(bot(service), job("FarBot"), nothing)
    said = Snapshot()
    while not said.text:
        pulled = await asyncio.to_thread(next, generation)
        assert isinstance(pulled, Snapshot)
        said = pulled
    assert said.text == "Clean"
    speak_on.set()
    *_, answer = await asyncio.to_thread(list, generation)
    assert isinstance(answer, Answer)
    assert answer.text == "Clean straw"


async def test_the_request_names_the_model_and_what_was_chosen_and_nothing_else(service: Service) -> None:
    service.replies = [says]
    chosen = Parameters(max_new_tokens=5, temperature=0.5, top_p=0.9, seed=3, top_k=4, repetition_penalty=2)
    await ask(bot(service), chosen)
    assert service.asked == [
        {
            "model": "org/model",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hello"}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 3,
        }
    ]


async def test_the_key_is_that_of_the_variable_that_the_bot_names(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-usual")
    monkeypatch.setenv("MY_KEY", KEY)
    service.replies = [says]
    await ask(bot(service))
    await ask(bot(service, key="MY_KEY"))
    assert [headers["Authorization"] for headers in service.headers] == ["Bearer sk-usual", f"Bearer {KEY}"]


async def test_a_key_may_stand_beside_the_settings(service: Service, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"MY_KEY={KEY}\n")
    service.replies = [says]
    await ask(bot(service, key="MY_KEY"))
    assert service.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_no_key_of_hugging_face_is_sent_to_another_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_hunter2")
    service.replies = [says]
    await ask(bot(service))
    assert "hf_hunter2" not in str(service.headers)


async def test_without_an_address_hugging_face_is_asked_with_its_own_key(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_providers.CONVERSATIONAL_AUTO_ROUTER, "base_url", service.address.removesuffix("/v1"))
    monkeypatch.setenv("HF_TOKEN", "hf_hunter2")
    service.replies = [says]
    await ask(bot(None))
    assert service.asked[0]["model"] == "org/model"
    assert service.headers[0]["Authorization"] == "Bearer hf_hunter2"


async def test_hugging_face_without_a_key_of_theirs_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    assert isinstance(await failure(bot(None, key="MY_KEY")), ModelUnavailableError)


@pytest.mark.parametrize(("key", "said"), [(None, "MY_KEY is not set"), (KEY, "refuses the key in MY_KEY")])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_or_missing_key_is_told_by_the_name_of_its_variable(
    service: Service, monkeypatch: pytest.MonkeyPatch, status: int, key: str | None, said: str
) -> None:
    if key:
        monkeypatch.setenv("MY_KEY", key)
    service.replies = [refuses(status, f"Incorrect API key provided: {KEY}")]
    failed = await failure(bot(service, key="MY_KEY"))
    assert isinstance(failed, ModelUnavailableError)
    assert said in str(failed)


@pytest.mark.parametrize("status", [402, 404])
async def test_a_model_that_is_not_to_be_had_is_unavailable(service: Service, status: int) -> None:
    service.replies = [refuses(status, "no such model")]
    assert isinstance(await failure(bot(service)), ModelUnavailableError)


@pytest.mark.parametrize("said", ["temperature must be at most 2", None])
@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refused_request_is_a_bad_one_and_not_sent_again(
    service: Service, status: int, said: str | None
) -> None:
    service.replies = [refuses(status, said)]
    assert isinstance(await failure(bot(service)), BadRequestError)
    assert len(service.asked) == 1


async def test_a_key_that_a_refusal_repeats_is_not_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    service.replies = [refuses(400, f"you sent {KEY}")]
    assert "you sent (key)" in str(await failure(bot(service, key="MY_KEY")))


async def test_a_busy_service_is_asked_again(service: Service) -> None:
    service.replies = [refuses(429, "slow down", **{"Retry-After": "0"}), refuses(503, "loading"), says]
    _, answer = await ask(bot(service))
    assert answer.text == "Clean 🐔"
    assert len(service.asked) == 3


async def test_a_service_that_stays_busy_leaves_the_job_for_later(service: Service) -> None:
    service.replies = [refuses(500, "out of order")]
    failed = await failure(bot(service))
    assert not isinstance(failed, JobError)
    assert len(service.asked) == 1 + len(PAUSES_S)


async def test_a_service_that_is_away_leaves_the_job_for_later(service: Service) -> None:
    service.address = f"http://127.0.0.1:{free_ports(1)}"
    assert not isinstance(await failure(bot(service)), JobError)


async def test_an_answer_that_breaks_off_leaves_the_job_for_later(service: Service) -> None:
    service.replies = [breaks_off]
    assert not isinstance(await failure(bot(service)), JobError)
    assert len(service.asked) == 1


async def test_an_answer_that_will_not_end_is_cut(service: Service) -> None:
    async def rambles(request: web.Request) -> web.StreamResponse:
        return await send(request, [piece("and " * 1000)] * 50)

    service.replies = [rambles]
    _, answer = await ask(bot(service))
    assert len(answer.text) <= TEXT_LIMIT


async def test_an_empty_answer_is_none(service: Service) -> None:
    service.replies = [is_mute]
    assert isinstance(await failure(bot(service)), SpeechlessError)


async def test_what_a_service_knows_by_another_name_is_said_so(service: Service) -> None:
    service.replies = [
        refuses(400, "'max_tokens' is not supported with this model"),
        refuses(422, "stream_options: extra inputs are not permitted"),
        says,
    ]
    await ask(bot(service), Parameters(max_new_tokens=5))
    assert service.asked[-1].keys() == {"model", "messages", "stream", "max_completion_tokens"}


async def test_closing_an_answer_hangs_up_at_once_though_the_service_says_nothing(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    async def thinks(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    service.replies = [thinks]
    with closing(open_model("org/model", "cpu").answer(bot(service), job("FarBot"), nothing)) as generation:
        while not service.asked:
            await asyncio.to_thread(next, generation)
        await asyncio.to_thread(generation.close)
    async with asyncio.timeout(10):
        await service.hung_up.wait()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_closing_an_answer_in_its_midst_hangs_up(service: Service) -> None:
    async def rambles(request: web.Request) -> web.StreamResponse:
        response = await send(request, [])
        while True:
            await response.write(f"data: {json.dumps(piece('and '))}\n\n".encode())
            await asyncio.sleep(0.01)

    service.replies = [rambles]
    generation = open_model("org/model", "cpu").answer(bot(service), job("FarBot"), nothing)
    said = Snapshot()
    while not said.text:
        pulled = await asyncio.to_thread(next, generation)
        assert isinstance(pulled, Snapshot)
        said = pulled
    await asyncio.to_thread(generation.close)
    async with asyncio.timeout(10):
        await service.hung_up.wait()


async def test_several_answers_of_one_model_are_made_at_once(service: Service) -> None:
    all_here = asyncio.Barrier(4)

    async def gathers(request: web.Request) -> web.StreamResponse:
        await all_here.wait()
        return await says(request)

    service.replies = [gathers]
    model = open_model("org/model", "cpu")
    answers = await asyncio.gather(
        *(asyncio.to_thread(lambda: list(model.answer(bot(service), job("FarBot"), nothing))[-1]) for _ in range(4))
    )
    assert all(isinstance(answer, Answer) for answer in answers)


async def test_an_answer_leaves_no_word_of_its_key_in_the_log(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MY_KEY", KEY)
    service.replies = [says, refuses(401, f"no such key: {KEY}")]
    await ask(bot(service, key="MY_KEY"))
    await failure(bot(service, key="MY_KEY"))
    assert KEY not in caplog.text
