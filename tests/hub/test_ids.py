"""Comment ids tell when they were given."""

from hub.clock import now_ms
from hub.ids import CLOCKS_DIFFER_MS, EPOCH_MS, HUBS, PER_MILLISECOND, CommentIds, earlier


def test_an_id_from_a_slower_clock_is_found_by_looking_a_little_earlier() -> None:
    ids = CommentIds()
    ids.own(3, since=float("inf"))
    now = ids.next()
    slower = (now_ms() - CLOCKS_DIFFER_MS + 1000 - EPOCH_MS) * HUBS * PER_MILLISECOND
    assert earlier(now, CLOCKS_DIFFER_MS) < slower < now
    assert earlier(5, CLOCKS_DIFFER_MS) == 0
