"""`python -m engine.training sample-dump CORPUS FOLDER`: a dump as Reddit's are, of threads that a grammar made."""

import argparse
import json
import logging
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from engine.training.grammar import Lesson, lessons
from engine.training.vocabulary import corpus_names, load_vocabulary

log = logging.getLogger(__name__)

# 2026-01-01 in seconds since 1970; a post every ten minutes, a comment every minute.
BEGAN_S: Final = 1_767_225_600
POST_EVERY_S: Final = 600
COMMENT_EVERY_S: Final = 60
# No post has more comments, so their ids never meet.
IDS_A_POST: Final = 16
SCORES: Final = (5, 500)
# Where the grammar names no author: a post has one always.
SOMEBODY: Final = "passer_by"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("sample-dump", help="a dump of made-up threads, to try the other commands with")
    parser.add_argument("corpus", choices=corpus_names(), help="what the threads are about")
    parser.add_argument("folder", type=Path, help="where RS_… and RC_… are written")
    parser.add_argument("--threads", type=int, default=16_800, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="(default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    vocabulary = load_vocabulary(arguments.corpus)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    made = lessons(vocabulary, arguments.threads, arguments.seed)
    for prefix, rows in (("RS", _posts(made, arguments.seed)), ("RC", _comments(made, arguments.seed))):
        file = arguments.folder / f"{prefix}_{vocabulary.subreddit}.zst"
        part = file.with_suffix(".part")
        with zstd.open(part, "wt", encoding="utf-8", newline="\n") as written:
            written.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        part.rename(file)
        log.info("%s: %.1f kB", file, file.stat().st_size / 1000)


def _posts(made: list[Lesson], seed: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(f"posts {seed}")
    for number, lesson in enumerate(made):
        thread = lesson.thread
        name = _base36((number + 1) * IDS_A_POST)
        yield {
            "id": name,
            "name": f"t3_{name}",
            "subreddit": thread.subreddit,
            "author": lesson.author or SOMEBODY,
            "title": thread.title,
            "selftext": thread.body,
            "is_self": not thread.is_link,
            "url": f"https://example.org/{name}.png" if thread.is_link else "",
            "score": chance.randint(*SCORES),
            "num_comments": len(thread.comments),
            "created_utc": BEGAN_S + number * POST_EVERY_S,
            "over_18": False,
            "stickied": False,
        }


def _comments(made: list[Lesson], seed: int) -> Iterator[dict[str, Any]]:
    """Each answers the one before it, the first of them the post."""
    chance = random.Random(f"comments {seed}")
    for number, lesson in enumerate(made):
        post = parent = f"t3_{_base36((number + 1) * IDS_A_POST)}"
        for depth, comment in enumerate(lesson.thread.comments, 1):
            name = _base36((number + 1) * IDS_A_POST + depth)
            yield {
                "id": name,
                "name": f"t1_{name}",
                "link_id": post,
                "parent_id": parent,
                "subreddit": lesson.thread.subreddit,
                "author": comment.author,
                "body": comment.text,
                "score": chance.randint(*SCORES),
                "created_utc": BEGAN_S + number * POST_EVERY_S + depth * COMMENT_EVERY_S,
                "stickied": False,
            }
            parent = f"t1_{name}"


def _base36(number: int) -> str:
    """As Reddit writes its ids."""
    return np.base_repr(number, 36).lower()
