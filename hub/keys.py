"""What the hub's application holds, by typed key."""

from aiohttp import web

from contracts.pace import Pace
from contracts.storage import Storage
from hub.accounts import Accounts
from hub.archive import Archive
from hub.bots import Bots
from hub.channels import Channels
from hub.drain import Drain
from hub.ids import CommentIds
from hub.placeholders import Placeholders
from hub.posting import PostOffice
from hub.presence import Attendance
from hub.regenerating import Regeneration
from hub.settings import Settings
from hub.tables import Tables
from hub.voice import Voice
from hub.votes import Votes

SETTINGS = web.AppKey("settings", Settings)
STORAGE = web.AppKey("storage", Storage)
TABLES = web.AppKey("tables", Tables)
IDS = web.AppKey("ids", CommentIds)
VOICE = web.AppKey("voice", Voice)
ARCHIVE = web.AppKey("archive", Archive)
CHANNELS = web.AppKey("channels", Channels)
BOTS = web.AppKey("bots", Bots)
ACCOUNTS = web.AppKey("accounts", Accounts)
PLACEHOLDERS = web.AppKey("placeholders", Placeholders)
POST_OFFICE = web.AppKey("post_office", PostOffice)
REGENERATION = web.AppKey("regeneration", Regeneration)
VOTES = web.AppKey("votes", Votes)
ATTENDANCE = web.AppKey("attendance", Attendance)
PACE = web.AppKey("pace", Pace)
DRAIN = web.AppKey("drain", Drain)
