"""What a report promises: it reaches the moderators once, with the words as they were, until they have judged."""

from tests.client import Client
from tests.hub.conftest import Join
from tests.hub.rooms import ROOM, account, bring, create, rows_with, said, told

BAD = "buy my eggs"


async def reports(moderator: Client, **more: object) -> list[tuple[object, ...]]:
    answer = await moderator.call("ListReports", channel=ROOM, **more)
    assert answer["ok"], answer
    return [(one["reporter"], one["reason"], one["sender"], one["text"], one["words"]) for one in answer["reports"]]


async def test_a_report_is_one_a_person_and_message_and_only_moderators_see_it(hub: str, join: Join) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    guest = await join(hub, "wanderer")
    await create(alice, "public")
    await bring(alice, bob, carol)
    bad = await said(carol, BAD)
    for _ in range(2):
        assert await told(bob, "ReportMessage", commentId=bad, reason="spam", words="Again!") is True
    assert await told(guest, "ReportMessage", commentId=bad, reason="rules") is True
    assert await told(carol, "ReportMessage", commentId=bad, reason="spam") == "forbidden"
    assert await told(bob, "ReportMessage", commentId=12345, reason="spam") == "not_found"
    assert await told(bob, "ListReports") == "forbidden"
    assert sorted(await reports(alice)) == [
        ("bob", "spam", "carol", BAD, "Again!"),
        ("wanderer", "rules", "carol", BAD, ""),
    ]
    answer = await alice.call("ListReports", channel=ROOM, limit=1)
    assert (len(answer["reports"]), answer["hasMore"]) == (1, True)


async def test_the_words_stay_with_a_report_until_it_is_judged(hub: str, join: Join, connection_string: str) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    await create(alice)
    await bring(alice, bob, carol)
    bad, fine = await said(carol, BAD), await said(carol, "good morning")
    for comment_id in (bad, fine):
        assert await told(bob, "ReportMessage", commentId=comment_id, reason="spam") is True
    assert await told(carol, "EditMessage", commentId=bad, text="nothing at all") is True
    assert (await reports(alice))[0][3] == BAD
    judgement = {"commentId": bad, "reporter": "BOB", "resolution": "removed"}
    assert await told(bob, "ResolveReport", **judgement) == "forbidden"
    assert await told(alice, "ResolveReport", **judgement) is True
    assert await told(alice, "ResolveReport", **judgement) == "not_found"
    dismissal = {"commentId": fine, "reporter": "bob", "resolution": "dismissed"}
    assert await told(alice, "ResolveReport", **dismissal) is True
    assert await reports(alice) == []
    assert [one.text for one in await alice.history(ROOM)] == ["", "good morning"]
    assert await rows_with(BAD, connection_string) == []
    # Whoever has been answered is not heard twice.
    assert await told(bob, "ReportMessage", commentId=fine, reason="hate") is True
    assert await reports(alice) == []
    assert await told(bob, "ReportMessage", commentId=bad, reason="hate") == "conflict"
