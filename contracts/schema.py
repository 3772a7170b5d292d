"""The wire as JSON Schema: `python -m contracts.schema` writes `schema.json`, from which the page's types are made."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contracts import accounts, calls, channels, events, jobs, message, problems, reports, search, streams

PATH = Path(__file__).with_name("schema.json")

# What clients send is described as validation sees it (defaults may be left out), what they receive as it is written.
SENT: tuple[type[BaseModel], ...] = (
    accounts.Register,
    accounts.LogIn,
    accounts.EnterAsGuest,
    accounts.RefreshSession,
    accounts.ChangeAccount,
    accounts.ChangePassword,
    accounts.DeleteAccount,
    accounts.MakeKey,
    calls.Connect,
    calls.Disconnect,
    calls.ReceiveMessage,
    calls.GetMessagesForChannel,
    calls.GetMessage,
    calls.StopThinking,
    calls.Regenerate,
    calls.EditMessage,
    calls.ChooseAnswer,
    calls.DeleteMessage,
    calls.Vote,
    calls.Typing,
    search.Search,
    channels.CreateChannel,
    channels.ChangeChannel,
    channels.DeleteChannel,
    channels.ListChannels,
    channels.JoinChannel,
    channels.LeaveChannel,
    channels.ListMembers,
    channels.SetRole,
    channels.Mute,
    channels.Kick,
    channels.Ban,
    channels.Unban,
    channels.Invite,
    channels.ListInvitations,
    channels.RevokeInvitation,
    channels.MarkRead,
    reports.ReportMessage,
    reports.ListReports,
    reports.ResolveReport,
)
RECEIVED: tuple[type[BaseModel], ...] = (
    accounts.Session,
    accounts.SessionCards,
    accounts.AccountCard,
    accounts.KeyCards,
    accounts.NewKey,
    accounts.Doors,
    calls.Refusal,
    calls.Done,
    calls.Page,
    calls.OneMessage,
    calls.Joined,
    calls.Posted,
    calls.Changed,
    calls.Voted,
    calls.SendMessages,
    calls.Presence,
    calls.BotStatuses,
    calls.SomeoneTypes,
    calls.ChannelCard,
    calls.ChannelCards,
    calls.ChannelChanged,
    message.Image,
    problems.Problem,
    problems.ProblemMeaning,
    streams.Reset,
    streams.AnswersEnded,
    calls.ChannelGone,
    calls.Mentioned,
    channels.ChannelStands,
    channels.MyChannels,
    channels.Joining,
    channels.Members,
    channels.Invitation,
    channels.Invitations,
    channels.MarkedRead,
    reports.Reports,
    message.Message,
    search.Found,
    jobs.Job,
    events.Started,
    events.Progress,
    events.Finished,
    events.Failed,
    events.Heartbeat,
)


def schema() -> dict[str, Any]:
    """All wire models as one JSON Schema document with `$defs`."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in SENT]
    wanted += [(model, "serialization") for model in RECEIVED]
    _, definitions = models_json_schema(wanted, title="The Coop & Pablo Playhouse")
    document: dict[str, Any] = without_titles(definitions)
    return document


def without_titles(node: Any) -> Any:
    """Property titles make the TypeScript generator invent an alias for each property."""
    if isinstance(node, dict):
        return {
            key: without_titles(value) for key, value in node.items() if key != "title" or not isinstance(value, str)
        }
    return [without_titles(item) for item in node] if isinstance(node, list) else node


def text() -> str:
    """The document as it is stored."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
