"""A grammar that makes subreddit-like threads: chats, questions, troubles with advice, and proud posts with praise.

Each answer fits what it answers, so that a model that learnt these threads stays on the subject.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine import dialects
from engine.dialects import Comment, Dialect, Thread
from engine.training.people import capitalised, person, typed
from engine.training.vocabulary import Subject, Trouble, Vocabulary, load_phrases

# Words in the name of a subject that stand in lines on other subjects, too.
_COMMON_WORDS: Final = {"a", "an", "my", "the", "in", "on", "with", "and", "of", "colour", "painting", "drawing", "art"}


@dataclass(frozen=True)
class Lesson:
    """A thread whose last comment is what the bot should learn to say; `author` wrote the post."""

    thread: Thread
    author: str

    def tagged(self, dialect: Dialect) -> str:
        return dialects.lesson(dialect, self.thread, self.author)


def lessons(vocabulary: Vocabulary, count: int, seed: int) -> list[Lesson]:
    writer = _Writer(vocabulary, random.Random(f"{vocabulary.subreddit} {seed}"))
    return [writer.lesson() for _ in range(count)]


class _Writer:
    """Writes one random thread after the other."""

    def __init__(self, vocabulary: Vocabulary, rng: random.Random) -> None:
        self._words = vocabulary
        self._phrases = load_phrases()
        self._rng = rng

    def lesson(self) -> Lesson:
        make = self._rng.choices([self._chat, self._question, self._advice, self._boast], [70, 10, 12, 8])[0]
        return make()

    def _chat(self) -> Lesson:
        """A person and the bot in turn; the first line is the post, as in a chat, or the first comment under it."""
        human, bot = self._human(), self._speaker()
        first, *rest = [line for _ in range(self._rng.choice([1, 1, 1, 2, 3])) for line in self._exchange()]
        if self._rng.random() < 0.75:
            return self._lesson(self._topic(), first, _in_turn(rest, bot, human), human)
        author = self._rng.choice(["", human, self._human()])
        return self._lesson(self._topic(), "", _in_turn([first, *rest], human, bot), author)

    def _question(self) -> Lesson:
        """A post that asks in its title alone, and the bot's answer."""
        human, bot = self._human(), self._speaker()
        title, *rest = self._exchange()
        return self._lesson(title, "", _in_turn(rest, bot, human), human)

    def _advice(self) -> Lesson:
        """A post about a trouble, advice, now and then an answer of the one who asked."""
        rng, phrases = self._rng, self._phrases
        human, bot = self._human(), self._speaker()
        trouble = rng.choice([trouble for subject in self._words.subject for trouble in subject.trouble])
        which = rng.randrange(len(trouble.signs))
        lines = [self._advise(trouble, which)]
        if rng.random() < 0.5:
            lines += [rng.choice(phrases.doubt), self._advise(trouble, which + 1)]
        if rng.random() < 0.2:
            lines.append(rng.choice(phrases.thanks))
        title, body = (
            capitalised(rng.choice(shapes).format(trouble.signs[which]))
            for shapes in (phrases.trouble_titles, phrases.trouble_bodies)
        )
        return self._lesson(title, body, _in_turn(lines, bot, human), human)

    def _boast(self) -> Lesson:
        """A proud post, praise, and often the author's thanks: here the bot learns to speak as the author."""
        human, fan = self._human(), self._speaker()
        lines = [self._filled(self._words.praise)]
        if self._rng.random() < 0.5:
            lines.append(self._filled(self._words.proud))
        is_link = self._rng.random() < 0.5
        return self._lesson(self._filled(self._words.boasts), "", _in_turn(lines, fan, human), human, is_link=is_link)

    def _exchange(self) -> list[str]:
        """What a person says and what the bot answers, two lines or, where the person asks on, four."""
        kind = self._rng.random()
        if kind < 0.42:
            talk = self._rng.choice(self._words.talk)
            return [self._typed(talk.asks), self._filled(talk.answers)]
        subject = self._rng.choice(self._words.subject)
        if kind < 0.62 and subject.trouble:
            return self._trouble_exchange(self._rng.choice(subject.trouble))
        return list(self._subject_exchange(subject))

    def _trouble_exchange(self, trouble: Trouble) -> list[str]:
        which = self._rng.randrange(len(trouble.signs))
        ask = self._rng.choice(self._phrases.trouble_asks).format(trouble.signs[which])
        lines = [self._typed((ask,)), self._advise(trouble, which)]
        if self._rng.random() < 0.25:
            lines += [self._typed(self._phrases.doubt), self._advise(trouble, which + 1)]
        return lines

    def _subject_exchange(self, subject: Subject) -> Iterator[str]:
        name = self._rng.choice(subject.names)
        asks, lines, others = self._phrases.view_asks, subject.views, subject.tips
        if self._rng.random() < 0.35:
            own = subject.asks if self._rng.random() < 0.6 else ()
            asks, lines, others = own or self._phrases.tip_asks, subject.tips, subject.views
        yield self._typed((self._rng.choice(asks).format(name),))
        said = self._about(name, lines)
        yield self._fill(said)
        if self._rng.random() < 0.25:
            yield self._typed(self._phrases.more)
            unsaid = [line for line in (*lines, *others) if line != said]
            yield self._rng.choice(self._phrases.again) + self._fill(self._rng.choice(unsaid))

    def _about(self, name: str, lines: tuple[str, ...]) -> str:
        """One of the lines, most of the time one that speaks of `name` itself where there is one."""
        words = [re.escape(word.removesuffix("s")) for word in name.lower().split() if word not in _COMMON_WORDS]
        fitting = [line for line in lines if re.search(rf"\b({'|'.join(words)})s?\b", line.lower())]
        return self._rng.choice(fitting if fitting and self._rng.random() < 0.8 else lines)

    def _advise(self, trouble: Trouble, which: int) -> str:
        """Advice on the sign number `which`."""
        cause, other = (trouble.causes[(which + step) % len(trouble.causes)] for step in (0, 1))
        cure, second = (trouble.cures[(which + step) % len(trouble.cures)] for step in (0, 1))
        shapes = [
            f"I think {cause}. {capitalised(cure)}.",
            f"Sounds like {cause}. {capitalised(cure)}, and it will be fine.",
            f"{capitalised(cure)}. That fixed mine.",
            f"Two things: {cure}, and {second}. {self._rng.choice(self._phrases.cheer)}",
            f"Most of the time {cause}. {capitalised(cure)}, and if that fails, {second}.",
            f"Either {cause} or {other}. {capitalised(cure)}.",
            f"Been there. {capitalised(cure)}.",
        ]
        return self._rng.choice(shapes)

    def _lesson(self, title: str, body: str, comments: list[Comment], author: str, *, is_link: bool = False) -> Lesson:
        return Lesson(Thread(title, body, is_link, self._words.subreddit, tuple(comments)), author)

    def _topic(self) -> str:
        subject = self._rng.choice(self._words.subject)
        rare = [
            *self._phrases.rooms,
            self._words.bot,
            self._words.subreddit,
            capitalised(self._rng.choice(subject.names)),
        ]
        return self._rng.choice(["General", "General", *self._rng.sample(rare, 4)])

    def _human(self) -> str:
        return person(self._rng, self._phrases.names)

    def _speaker(self) -> str:
        return self._words.bot if self._rng.random() < 0.7 else self._human()

    def _typed(self, asks: tuple[str, ...]) -> str:
        return typed(self._rng, self._filled(asks), self._words.bot)

    def _filled(self, choices: tuple[str, ...]) -> str:
        return self._fill(self._rng.choice(choices))

    def _fill(self, text: str) -> str:
        """Every {slot} replaced by one of its words."""
        return capitalised(re.sub(r"\{(\w+)\}", lambda slot: self._rng.choice(self._words.slots[slot[1]]), text))


def _in_turn(lines: list[str], first: str, second: str) -> list[Comment]:
    return [Comment((first, second)[index % 2], line) for index, line in enumerate(lines)]
