"""What the hub's application holds, by typed key."""

from aiohttp import web

from contracts.pace import Pace
from contracts.storage import Storage
from hub.doors.cookies import Cookies
from hub.doors.places import Places
from hub.house import House
from hub.ids import CommentIds
from hub.live.listening import Listeners
from hub.live.news import News
from hub.live.presence import Attendance
from hub.live.roll_call import RollCall
from hub.live.voice import Voice
from hub.log.tables import Tables
from hub.oauth.sign_in import OAuth
from hub.search.following import Follower
from hub.settings import Settings
from hub.talk.drain import Drain
from hub.talk.placeholders import Placeholders
from hub.watching.metrics import Metrics

SETTINGS = web.AppKey("settings", Settings)
STORAGE = web.AppKey("storage", Storage)
TABLES = web.AppKey("tables", Tables)
IDS = web.AppKey("ids", CommentIds)
VOICE = web.AppKey("voice", Voice)
COOKIES = web.AppKey("cookies", Cookies)
OAUTH = web.AppKey("oauth", OAuth)
HOUSE = web.AppKey("house", House)
PLACEHOLDERS = web.AppKey("placeholders", Placeholders)
ATTENDANCE = web.AppKey("attendance", Attendance)
LISTENERS = web.AppKey("listeners", Listeners)
STREAMS = web.AppKey("streams", Places)
CONNECTIONS = web.AppKey("connections", Places)
PACE = web.AppKey("pace", Pace)
METRICS = web.AppKey("metrics", Metrics)
NEWS = web.AppKey("news", News)
ROLL_CALL = web.AppKey("roll_call", RollCall)
DRAIN = web.AppKey("drain", Drain)
FOLLOWER = web.AppKey("follower", Follower)
