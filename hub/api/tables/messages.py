"""Addresses: what is said in a channel."""

from typing import Final

from contracts.calls import Posted
from hub.api.route import Route
from hub.api.tables.paths import MESSAGE, MESSAGES


def _posted(posted: Posted) -> str:
    return f"/api/channels/{posted.message.channel}/messages/{posted.message.comment_id}"


def _asked_again(posted: Posted) -> str:
    return f"/api/channels/{posted.message.channel}/messages/{posted.answers[0].comment_id}"


ROUTES: Final = (
    Route("GET", MESSAGES, "A page of history, or what changed", "messages", call="GetMessagesForChannel"),
    Route(
        "POST",
        MESSAGES,
        "Post a message",
        "messages",
        call="ReceiveMessage",
        status=201,
        location=_posted,
        example={"text": "@CoopBot my hens stopped laying, what can I do?", "clientId": "a1b2c3d4e5f6"},
    ),
    Route("GET", MESSAGE, "One message", "messages", call="GetMessage"),
    Route(
        "PATCH",
        MESSAGE,
        "Change the words of a message",
        "messages",
        call="EditMessage",
        example={"text": "@CoopBot my hens stopped laying last week, what can I do?"},
    ),
    Route("DELETE", MESSAGE, "Delete a message", "messages", call="DeleteMessage"),
    Route("PUT", f"{MESSAGE}/vote", "Vote, or take a vote back", "messages", call="Vote", example={"value": 1}),
    Route("POST", f"{MESSAGE}/stop", "Stop an answer", "messages", call="StopThinking"),
    Route(
        "POST",
        f"{MESSAGE}/regenerations",
        "Ask for another answer",
        "messages",
        call="Regenerate",
        status=201,
        location=_asked_again,
    ),
    Route("PUT", f"{MESSAGE}/shown", "Choose which answer is shown", "messages", call="ChooseAnswer"),
    Route("GET", "/api/search", "Find messages", "messages", call="Search"),
)
