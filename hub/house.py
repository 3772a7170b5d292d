"""What the calls of people act on: the parts of the domain, together."""

from dataclasses import dataclass

from contracts.storage import Storage
from hub.access import Access
from hub.accounts.accounts import Accounts
from hub.archive import Archive
from hub.bots import Bots
from hub.channels import Channels
from hub.dissolving import Dissolution
from hub.invitation_book import InvitationBook
from hub.limits import Limits
from hub.members import Members
from hub.metrics import Metrics
from hub.news import News
from hub.pictures.book import PictureBook
from hub.pictures.seeing import Gallery
from hub.posting import PostOffice
from hub.regenerating import Regeneration
from hub.registry import Registry
from hub.report_book import ReportBook
from hub.search.searching import Searching
from hub.uploads.taking import Uploads
from hub.voice import Voice
from hub.votes import Votes
from hub.waiting_answers import WaitingAnswers


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
