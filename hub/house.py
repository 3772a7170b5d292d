"""What the calls of people act on: the parts of the domain, together."""

from dataclasses import dataclass

from contracts.storage import Storage
from hub.accounts.accounts import Accounts
from hub.bots import Bots
from hub.limits import Limits
from hub.live.news import News
from hub.live.voice import Voice
from hub.log.archive import Archive
from hub.pictures.book import PictureBook
from hub.pictures.seeing import Gallery
from hub.rooms.access import Access
from hub.rooms.channels import Channels
from hub.rooms.dissolving import Dissolution
from hub.rooms.invitation_book import InvitationBook
from hub.rooms.members import Members
from hub.rooms.registry import Registry
from hub.search.searching import Searching
from hub.talk.posting import PostOffice
from hub.talk.regenerating import Regeneration
from hub.talk.report_book import ReportBook
from hub.talk.votes import Votes
from hub.talk.waiting_answers import WaitingAnswers
from hub.uploads.taking import Uploads
from hub.watching.metrics import Metrics


@dataclass(frozen=True)
class House:
    """One of each, for one hub. `home` is the name of the channel that always exists."""

    home: str
    storage: Storage
    news: News
    voice: Voice
    archive: Archive
    channels: Channels
    access: Access
    members: Members
    invitations: InvitationBook
    reports: ReportBook
    registry: Registry
    dissolution: Dissolution
    bots: Bots
    accounts: Accounts
    limits: Limits
    post_office: PostOffice
    regeneration: Regeneration
    votes: Votes
    metrics: Metrics
    searching: Searching
    pictures: PictureBook
    gallery: Gallery
    uploads: Uploads
    waiting: WaitingAnswers
