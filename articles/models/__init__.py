"""The nouns of the archive. Each has a file, with its QuerySet beside it."""

from articles.models.actor import Actor, ActorKind, Alias, AliasKind
from articles.models.apart import Apart
from articles.models.article import TAKEN_AWAY, Article, ArticleStatus, TitleOrigin
from articles.models.authority_entry import AuthorityEntry
from articles.models.capture import Capture, CaptureState, WaitingReason
from articles.models.claim import Claim
from articles.models.contradiction import Contradiction
from articles.models.coverage import Coverage
from articles.models.delivery import Delivery, DeliveryState
from articles.models.event import Event, EventKind, EventSeries, Participation, Role
from articles.models.figure import Figure, Measure, Qualifier
from articles.models.heartbeat import Heartbeat, NightlyRun
from articles.models.mention import Mention
from articles.models.reprint import Fingerprint, Reprint
from articles.models.review import ReviewState
from articles.models.revision import Revision
from articles.models.source import Source, SourceKind
from articles.models.synonym import SynonymKind, SynonymSet
from articles.models.tally import Tally, TallyKind
from articles.models.uncertain_date import ArchiveDate, Basis, Precision

__all__ = [
    "TAKEN_AWAY",
    "Actor",
    "ActorKind",
    "Alias",
    "AliasKind",
    "Apart",
    "ArchiveDate",
    "Article",
    "ArticleStatus",
    "AuthorityEntry",
    "Basis",
    "Capture",
    "CaptureState",
    "Claim",
    "Contradiction",
    "Coverage",
    "Delivery",
    "DeliveryState",
    "Event",
    "EventKind",
    "EventSeries",
    "Figure",
    "Fingerprint",
    "Heartbeat",
    "Measure",
    "Mention",
    "NightlyRun",
    "Participation",
    "Precision",
    "Qualifier",
    "Reprint",
    "ReviewState",
    "Revision",
    "Role",
    "Source",
    "SourceKind",
    "SynonymKind",
    "SynonymSet",
    "Tally",
    "TallyKind",
    "TitleOrigin",
    "WaitingReason",
]
