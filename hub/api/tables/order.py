"""Addresses: the people of a channel, and how order is kept there."""

from typing import Final

from hub.api.route import Route
from hub.api.tables.paths import CHANNEL, MESSAGE

MEMBERS: Final = f"{CHANNEL}/members"
BANS: Final = f"{CHANNEL}/bans"
INVITATIONS: Final = f"{CHANNEL}/invitations"
REPORTS: Final = f"{CHANNEL}/reports"

ROUTES: Final = (
    Route("GET", MEMBERS, "The people of a channel", "people", call="ListMembers"),
    Route("PUT", f"{CHANNEL}/membership", "Join a channel", "people", call="JoinChannel"),
    Route("DELETE", f"{CHANNEL}/membership", "Leave a channel", "people", call="LeaveChannel"),
    Route(
        "PUT",
        f"{MEMBERS}/{{name}}/role",
        "Make somebody an owner, a moderator or a member",
        "people",
        call="SetRole",
        example={"role": "moderator"},
    ),
    Route("PUT", f"{MEMBERS}/{{name}}/mute", "Mute somebody, or take it back", "people", call="Mute"),
    Route("DELETE", f"{MEMBERS}/{{name}}", "Put somebody out", "people", call="Kick"),
    Route("PUT", f"{BANS}/{{name}}", "Ban somebody", "people", call="Ban"),
    Route("DELETE", f"{BANS}/{{name}}", "Take a ban back", "people", call="Unban"),
    Route("POST", INVITATIONS, "Make an invitation", "people", call="Invite", status=201),
    Route("GET", INVITATIONS, "The invitations that are still good", "people", call="ListInvitations"),
    Route("DELETE", f"{INVITATIONS}/{{invitationId}}", "Revoke an invitation", "people", call="RevokeInvitation"),
    Route(
        "POST",
        f"{MESSAGE}/reports",
        "Report a message",
        "reports",
        call="ReportMessage",
        status=201,
        example={"reason": "spam"},
    ),
    Route("GET", REPORTS, "The reports that nobody has resolved", "reports", call="ListReports"),
    Route(
        "PUT",
        f"{REPORTS}/{{commentId}}/{{reporter}}",
        "Resolve a report",
        "reports",
        call="ResolveReport",
        example={"resolution": "dismissed"},
    ),
)
