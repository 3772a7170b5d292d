"""`report.md`: what was read, kept and dropped, what was wrong with the files, and some threads to look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.training.dataset import Manifest
from engine.training.dumps.rules import Rules
from engine.training.dumps.tally import Tally
from engine.training.dumps.work_file import Place, ReadFile


@dataclass(frozen=True)
class Report:
    manifest: Manifest
    rules: Rules
    files: Sequence[ReadFile]
    tally: Tally
    file_troubles: Mapping[str, tuple[int, list[Place]]]
    samples: Sequence[str]

    def text(self) -> str:
        return "\n".join(
            [*self._kept(), *self._dropped(), *self._bad(), *self._files(), *self._rules(), *self._samples()]
        )

    def _kept(self) -> Iterator[str]:
        tally, train, heldout = self.tally, self.manifest.train, self.manifest.heldout
        names = ", ".join(f"r/{name}" for name in self.manifest.subreddits)
        yield from (f"# Dataset of {names}", "")
        yield from ("| | read | kept |", "|---|---|---|")
        yield f"| posts | {tally.posts_read:,} | {tally.posts_kept:,} |"
        yield f"| comments | {tally.comments_read:,} | {tally.comments_kept:,} |"
        if tally.pairs_read:
            yield f"| preference pairs | {tally.pairs_read:,} | {tally.pairs_kept:,} |"
        yield ""
        yield (
            f"{train.threads:,} threads of {train.posts:,} posts to learn from, {heldout.threads:,} of "
            f"{heldout.posts:,} held out; dialect `{self.manifest.dialect}`, seed {self.manifest.seed}."
        )
        if tally.shortened:
            yield f"{tally.shortened:,} threads were shortened to {self.rules.max_tokens:,} tokens."
        yield ""

    def _dropped(self) -> Iterator[str]:
        yield from ("## Dropped by the rules", "", "| | by | number |", "|---|---|---|")
        for what, dropped in (
            ("posts", self.tally.posts_dropped),
            ("comments", self.tally.comments_dropped),
            ("threads", self.tally.threads_dropped),
            ("preference pairs", self.tally.pairs_dropped),
        ):
            for rule, count in dropped.most_common():
                if count:
                    yield f"| {what} | {rule} | {count:,} |"
        yield ""

    def _bad(self) -> Iterator[str]:
        found = dict(self.file_troubles)
        for kind, count in self.tally.bad.items():
            known, places = found.get(kind, (0, []))
            found[kind] = (known + count, [*places, *self.tally.places[kind]])
        yield from ("## Skipped because it was bad", "")
        if not found:
            yield from ("Nothing.", "")
            return
        yield from ("| what | number | first places (file:line) |", "|---|---|---|")
        for kind, (count, places) in sorted(found.items()):
            shown = "; ".join(f"{place.file}:{place.line} `{_in_a_cell(place.seen)}`" for place in places)
            yield f"| {kind} | {count:,} | {shown} |"
        yield from ("", "Empty lines are not counted.", "")

    def _files(self) -> Iterator[str]:
        yield from ("## Files", "", "| file | bytes | lines | of these subreddits |", "|---|---|---|---|")
        for file in self.files:
            yield f"| {file.path.name} | {file.size:,} | {file.lines:,} | {file.rows:,} |"
        yield ""

    def _rules(self) -> Iterator[str]:
        yield from ("## Rules", "", "| rule | set to | what it is about |", "|---|---|---|")
        for name, field in Rules.model_fields.items():
            value = getattr(self.rules, name)
            shown = ", ".join(value) if isinstance(value, tuple) else value
            yield f"| {name} | {'–' if shown in (None, '') else shown} | {field.description} |"
        yield ""

    def _samples(self) -> Iterator[str]:
        yield from (f"## {len(self.samples)} threads, chosen by the seed", "")
        for sample in self.samples:
            yield from (f"    {line}" for line in sample.splitlines())
            yield from ("", "---", "")


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")
