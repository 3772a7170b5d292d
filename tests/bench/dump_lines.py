"""Made-up lines of a dump, with the fields and lengths of Reddit's, no two alike and as hard to compress."""

import json
import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Final
from zlib import crc32

import numpy as np

OURS: Final = "CoopsLab"

_WORDS: Final = 20_000
_SUBREDDITS: Final = 400
_COMMENTS_A_POST: Final = 12
_FIRST_ID: Final = 36**6 // 2
_SYLLABLES: Final = [a + b + c for a in "bcdfghlmnprstvw" for b in "aeiou" for c in ("", "n", "rs", "t")]

# The fields of 2022, in an order as they came; what begins with % is filled in.
_SHARED: Final[dict[str, object]] = {
    "subreddit_id": "t5_%(subreddit_id)s",
    "author_is_blocked": False,
    "edited": False,
    "ups": "%(score)d",
    "author_flair_type": "text",
    "total_awards_received": 0,
    "subreddit": "%(subreddit)s",
    "user_reports": [],
    "saved": False,
    "id": "%(id)s",
    "gilded": 0,
    "archived": False,
    "no_follow": True,
    "author": "%(author)s",
    "can_mod_post": False,
    "created_utc": "%(created)d",
    "send_replies": True,
    "score": "%(score)d",
    "author_fullname": "t2_%(author_id)s",
    "all_awardings": [],
    "awarders": [],
    "gildings": {},
    "author_patreon_flair": False,
    "author_flair_richtext": [],
    "downs": 0,
    "stickied": False,
    "author_premium": False,
    "subreddit_type": "public",
    "locked": False,
    "mod_reports": [],
    "subreddit_name_prefixed": "r/%(subreddit)s",
    "treatment_tags": [],
    "retrieved_on": "%(created)d",
    "approved_at_utc": None,
    "approved_by": None,
    "author_flair_background_color": None,
    "author_flair_css_class": None,
    "author_flair_template_id": None,
    "author_flair_text": None,
    "author_flair_text_color": None,
    "banned_at_utc": None,
    "banned_by": None,
    "distinguished": None,
    "likes": None,
    "mod_note": None,
    "mod_reason_by": None,
    "mod_reason_title": None,
    "num_reports": None,
    "removal_reason": None,
    "top_awarded_type": None,
}
_COMMENT: Final[dict[str, object]] = {
    **_SHARED,
    "comment_type": None,
    "replies": "",
    "collapsed_reason_code": None,
    "parent_id": "%(parent)s",
    "collapsed": False,
    "body": "%(text)s",
    "name": "t1_%(id)s",
    "is_submitter": False,
    "collapsed_reason": None,
    "associated_award": None,
    "can_gild": True,
    "link_id": "t3_%(post)s",
    "unrepliable_reason": None,
    "permalink": "/r/%(subreddit)s/comments/%(post)s/%(slug)s/%(id)s/",
    "collapsed_because_crowd_control": None,
    "controversiality": 0,
}
_POST: Final[dict[str, object]] = {
    **_SHARED,
    "title": "%(title)s",
    "selftext": "%(text)s",
    "is_self": True,
    "over_18": False,
    "domain": "self.%(subreddit)s",
    "url": "https://www.reddit.com/r/%(subreddit)s/comments/%(post)s/%(slug)s/",
    "permalink": "/r/%(subreddit)s/comments/%(post)s/%(slug)s/",
    "name": "t3_%(post)s",
    "num_comments": 12,
    "num_crossposts": 0,
    "upvote_ratio": 0.97,
    "thumbnail": "self",
    "media_embed": {},
    "secure_media_embed": {},
    "is_video": False,
    "spoiler": False,
    "hidden": False,
    "contest_mode": False,
    "link_flair_richtext": [],
    "link_flair_type": "text",
    "subreddit_subscribers": 123456,
    "suggested_sort": None,
}


class Lines:
    """Posts, each with its comments after it; one line in `every` is of our subreddit, and the rest of hundreds."""

    def __init__(self, every: int, seed: int) -> None:
        self._every = every
        self._rng = random.Random(seed)
        self._words = ["".join(self._rng.choices(_SYLLABLES, k=self._rng.randint(1, 4))) for _ in range(_WORDS)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
        self._others = ["".join(self._rng.choices(_SYLLABLES, k=3)).capitalize() for _ in range(_SUBREDDITS)]

    def __iter__(self) -> Iterator[str]:
        post_line, comment_line = _template(_POST), _template(_COMMENT)
        number = 0
        while True:
            # A whole thread belongs to one subreddit.
            subreddit = (
                OURS if (number // (_COMMENTS_A_POST + 1)) % self._every == 0 else self._rng.choice(self._others)
            )
            post = _base_36(_FIRST_ID + number)
            yield post_line % self._fields(number, subreddit, post, post)
            above = f"t3_{post}"
            for reply in range(number + 1, number + 1 + _COMMENTS_A_POST):
                yield comment_line % self._fields(reply, subreddit, post, above)
                if self._rng.random() < 0.5:
                    above = f"t1_{_base_36(_FIRST_ID + reply)}"
            number += 1 + _COMMENTS_A_POST

    def _fields(self, number: int, subreddit: str, post: str, parent: str) -> dict[str, object]:
        rng = self._rng
        words = min(400, int(rng.lognormvariate(3, 1)) + 1)
        return {
            "id": _base_36(_FIRST_ID + number),
            "subreddit": subreddit,
            "subreddit_id": _base_36(crc32(subreddit.encode())),
            "author": f"{self._words[rng.randrange(_WORDS)]}{rng.randrange(1000)}",
            "author_id": _base_36(rng.randrange(36**6)),
            "created": 1_600_000_000 + number // 50,
            "score": int(rng.paretovariate(1)),
            "post": post,
            "parent": parent,
            "title": " ".join(rng.choices(self._words, cum_weights=self._weights, k=8)),
            "text": " ".join(rng.choices(self._words, cum_weights=self._weights, k=words)).replace(" ba ", "\\n\\n"),
            "slug": "_".join(rng.choices(self._words, k=5)),
        }


def _template(fields: dict[str, object]) -> str:
    text = json.dumps(fields, separators=(",", ":"))
    for name in ("score", "created"):
        text = text.replace(f'"%({name})d"', f"%({name})d")
    return text


def _base_36(number: int) -> str:
    return np.base_repr(number, 36).lower()
