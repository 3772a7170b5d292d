"""Writes the dataset folder from what was read: the two files of threads, the preferences, manifest and report."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from engine.dialects import Dialect
from engine.training.dataset import HELD_OUT, MANIFEST, PREFERENCES, REPORT, TRAIN, Manifest, Source, ThreadsFile
from engine.training.dumps.choosing import Chooser
from engine.training.dumps.judges import Judges
from engine.training.dumps.lessons import Lessons
from engine.training.dumps.preferences import preferences
from engine.training.dumps.report import Report
from engine.training.dumps.rules import Rules
from engine.training.dumps.samples import Samples
from engine.training.dumps.tally import Tally
from engine.training.dumps.verdicts import Verdicts
from engine.training.dumps.work_file import WorkFile

SAMPLES: Final = 10


@dataclass(frozen=True)
class Plan:
    """How threads are chosen and written; `held_out` is a share of the posts, `preferences` a hub's export."""

    subreddits: Sequence[str]
    dialect: Dialect
    held_out: float
    seed: int
    rules: Rules
    preferences: Path | None
    command: str


def make(plan: Plan, judges: Judges, work: WorkFile, folder: Path) -> Report:
    """The manifest is written last: a folder with a manifest is whole."""
    (folder / MANIFEST).unlink(missing_ok=True)
    tally, samples = Tally(), Samples(SAMPLES, plan.seed)
    with ThreadsFile(folder / TRAIN) as train, ThreadsFile(folder / HELD_OUT) as held_out:
        with closing(Lessons(plan.rules, judges, plan.dialect)) as lessons:
            for post, tagged in Chooser(plan.rules, judges, lessons, tally).chosen(work):
                (held_out if is_held_out(post, plan.seed, plan.held_out) else train).add_post(tagged)
                for text in tagged:
                    samples.offer(text)
        manifest = Manifest(
            dialect=plan.dialect,
            subreddits=tuple(plan.subreddits),
            sources=tuple(_sources(plan, work)),
            rules=plan.rules.model_dump(mode="json"),
            seed=plan.seed,
            train=train.described(),
            heldout=held_out.described(),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            command=plan.command,
        )
    _write_preferences(plan, judges, tally, folder)
    report = Report(manifest, plan.rules, work.files(), tally, work.troubles(), samples.texts)
    (folder / REPORT).write_text(report.text(), "utf-8")
    manifest.save(folder)
    return report


def is_held_out(post: str, seed: int, share: float) -> bool:
    """The same for a post whatever else was read: a larger dataset tests on no post that a smaller one taught."""
    digest = hashlib.blake2b(f"{seed}:{post}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def _sources(plan: Plan, work: WorkFile) -> list[Source]:
    sources = [Source(name=file.path.name, size=file.size, sha256=file.mark.sha256) for file in work.files()]
    if plan.preferences:
        with plan.preferences.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        sources.append(Source(name=plan.preferences.name, size=plan.preferences.stat().st_size, sha256=digest))
    return sources


def _write_preferences(plan: Plan, judges: Judges, tally: Tally, folder: Path) -> None:
    path = folder / PREFERENCES
    if not plan.preferences:
        path.unlink(missing_ok=True)
        return
    with path.open("wb") as file:
        for preference in preferences(plan.preferences, plan.dialect, Verdicts(plan.rules), judges, tally):
            file.write(msgspec.json.encode(preference) + b"\n")
