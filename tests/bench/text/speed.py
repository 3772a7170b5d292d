"""Tokens a second, and the times to the first and the last token, of GPT-2 with 1 to 64 people waiting."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from tests.bench.processes import module
from tests.bench.report import Figures, table, verdict
from tests.bench.text.contest import Entry, measured, said_by
from tests.bench.text.model import GPT2, TINY, Shape, model_folder
from tests.bench.text.plan import Found, Load, Plan, device

ORIGINAL: Final = Entry("a process a message", "original")
KEPT: Final = Entry("simpletransformers kept loaded", "kept_loaded")
OURS: Final = Entry("the engine", "ours")

# How many come at once: how often.
QUICK: Final = {1: 8, 4: 4, 16: 3, 64: 2}
MIDDLING: Final = {1: 6, 4: 2, 16: 2, 64: 1}
# One at a time, and no faster when more of them wait.
SLOW: Final = {1: 4, 4: 1, 16: 1}
SLOWEST: Final = {1: 4}

# What a number takes in memory.
BYTES: Final = {"cpu": {"float32": 4, "bfloat16": 2, "int8": 1}, "cuda": {"bfloat16": 2}}

NOTES: Final = """\
A process a message and simpletransformers show nothing before the whole answer. CTranslate2 does not count the prompt
as repetition; continuous batching leaves the repetition penalty out. All others sample alike."""

# By title, then by how many came at once.
Results = Mapping[str, Mapping[int, Found]]


@dataclass(frozen=True)
class Size:
    shape: Shape
    prompt_tokens: int
    new_tokens: int
    most_at_once: int
    most_rounds: int
    memory_mib: int


FULL: Final = Size(GPT2, prompt_tokens=128, new_tokens=64, most_at_once=64, most_rounds=100, memory_mib=1024)
SMALLEST: Final = Size(TINY, prompt_tokens=16, new_tokens=8, most_at_once=4, most_rounds=1, memory_mib=8)


async def run(smallest: bool) -> Figures:
    size, place = SMALLEST if smallest else FULL, device()
    found: dict[str, dict[int, Found]] = {}
    # Not every card is known to every library; every processor is.
    must_work = smallest or place == "cpu"
    with model_folder(size.shape) as folder:
        for entry, rounds in _ways(place).items():
            loads = tuple(
                Load((size.new_tokens,) * at_once, at_once, min(times, size.most_rounds))
                for at_once, times in rounds.items()
                if at_once <= size.most_at_once
            )
            plan = Plan(str(folder), place, size.shape.vocabulary, size.prompt_tokens, loads)
            results = await measured(entry, plan, must_work=must_work or entry is OURS)
            found[entry.title] = {load.at_once: each for load, each in zip(loads, results, strict=False)}
    bytes_per_s = await said_by(module("tests.bench.text.bandwidth", place, str(size.memory_mib)))
    return _report(size, place, found, bytes_per_s)


def _ways(place: str) -> dict[Entry, dict[int, int]]:
    """With how often they are to be measured."""
    full, short = ("float32", "bfloat16") if place == "cpu" else ("float16", "bfloat16")
    exact, whole = ("float32", "int8") if place == "cpu" else ("float16", "int8_float16")
    return {
        ORIGINAL: SLOWEST,
        KEPT: SLOW,
        Entry(f"generate, {full}", "batches", full): MIDDLING,
        Entry(f"generate, {short}", "batches", short): MIDDLING,
        Entry(f"CTranslate2, {exact}", "ctranslate", exact): QUICK,
        Entry(f"CTranslate2, {whole}", "ctranslate", whole): QUICK,
        Entry(f"continuous batching, {full}", "continuous", full): MIDDLING,
        Entry(f"continuous batching, {short}", "continuous", short): MIDDLING,
        OURS: QUICK,
    }


def _report(size: Size, place: str, found: Results, bytes_per_s: float) -> Figures:
    ours = found[OURS.title]
    for at_once in ours:
        _table(at_once, found)
    print(NOTES, flush=True)
    limits = {name: bytes_per_s / (size.shape.weights_per_token * each) for name, each in BYTES[place].items()}
    shares = {name: ours[1].tokens_per_s / limit for name, limit in limits.items()}
    rows = [[name, limit, ours[1].tokens_per_s, shares[name]] for name, limit in limits.items()]
    columns = ("weights in", "limit, tokens/s", "the engine", "share")
    table(f"One job alone, beside what {bytes_per_s / 1e9:.3g} GB/s of memory allow", columns, rows)
    return {
        "device": place,
        "bytes_per_s": bytes_per_s,
        "ways": {name: {str(n): asdict(each) for n, each in by.items()} for name, by in found.items()},
        "limits": limits,
        "shares": shares,
        **(_beside_each(found) if place == "cpu" else _ahead_of_all(found)),
    }


def _table(at_once: int, found: Results) -> None:
    columns = ("way", "tokens/s", "first p50 ms", "p95", "last p50 ms", "p95", "the engine over it")
    ours = found[OURS.title][at_once].tokens_per_s
    rows = [
        [name, *asdict(by[at_once]).values(), ours / by[at_once].tokens_per_s]
        for name, by in found.items()
        if at_once in by
    ]
    table(f"{at_once} at once", columns, rows)


def _beside_each(found: Results) -> Figures:
    """The targets on a CPU."""
    most = max(at_once for at_once in found[OURS.title] if at_once <= 16)
    ours, alone = found[OURS.title][most].tokens_per_s, found[OURS.title][1].tokens_per_s
    targets = {"original": (ORIGINAL.title, 50.0), "kept_loaded": (KEPT.title, 14.0)}
    targets |= {"generate": ("generate", 2.2), "ctranslate2": ("CTranslate2", 1.2)}
    verdicts: Figures = {
        name: verdict(f"{most} at once, the engine over {title}", ours / _best(found, title, most), bound)
        for name, (title, bound) in targets.items()
    }
    plain = found["generate, bfloat16"][1].tokens_per_s
    return verdicts | {"alone": verdict("one alone, the engine over generate in bfloat16", alone / plain, 2.2)}


def _best(found: Results, title: str, at_once: int) -> float:
    """The most tokens a second of the ways so called; of those that work on one at a time, however many wait."""
    return max(
        (by.get(at_once) or by[max(by)]).tokens_per_s for name, by in found.items() if name.startswith(title) and by
    )


def _ahead_of_all(found: Results) -> Figures:
    """The target on a graphics card."""
    ours = found[OURS.title]
    others = {name: by for name, by in found.items() if name != OURS.title}
    ratios = {at_once: one.tokens_per_s / _best(others, "", at_once) for at_once, one in ours.items()}
    return {
        f"ahead_at_{at_once}": verdict(f"{at_once} at once, the engine over the best of the others", ratio, 1)
        for at_once, ratio in ratios.items()
    }
