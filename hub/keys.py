"""What the hub's application holds, by typed key."""

from aiohttp import web

from contracts.pace import Pace
from contracts.storage import Storage
from hub.cookies import Cookies
from hub.drain import Drain
from hub.house import House
from hub.ids import CommentIds
from hub.listening import Listeners
from hub.metrics import Metrics
from hub.news import News
from hub.oauth.sign_in import OAuth
from hub.placeholders import Placeholders
from hub.places import Places
from hub.presence import Attendance
from hub.roll_call import RollCall
from hub.search.following import Follower
from hub.settings import Settings
from hub.tables import Tables
from hub.voice import Voice

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
