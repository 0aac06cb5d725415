"""Carries out an editor's decision about a waiting capture: accept it, make it an article of its own, or refuse it.

Called by the desk (articles/admin/captures.py). Each decision is one transaction; a refused capture can be decided anew.
"""

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from articles.curation.edited import ACCEPTED_CAPTURE, FORMER_ARTICLE
from articles.extract.authority import Authority
from articles.extract.process import suggest_all
from articles.extract.subject import Subject
from articles.ingest.arabic import in_arabic
from articles.ingest.document import Broken, Document, Item
from articles.ingest.prepare import Prepared
from articles.ingest.run import Preparing
from articles.ingest.store import WAIT_FOR_OTHERS, Rereading, Sources, bring_up_to_date, fill, is_taken
from articles.models import Article, ArticleStatus, Capture, CaptureState
from articles.models.history import operation
from articles.models.inserting import insert, with_keys
from articles.platform.limits import BoundedWorkers, Budget, Exceeded

# The message for a decision without the decision mark of the page that the editor saw.
DECISION_MARK_MISSING = "لا يُعرف ما عرضته الصفحة التي قررت منها. أعد فتحها ثم قرر."


class DecisionError(Exception):
    """A decision that cannot be carried out. The message is for editors, in Arabic."""


def document_of(capture: Capture) -> Document:
    """Returns the document in a capture's bytes, as the rules read it today.

    Raises DecisionError if the bytes can no longer be read, and DamagedCaptureError.
    """
    return _prepare(capture, Authority.load()).document


def accept(capture_pk: int, by: User, seen: str) -> Article:
    """Makes a capture the article's text, as an ordinary update does; returns the article.

    `seen` is the capture's `decision_mark` as the editor saw it. Raises DecisionError if another editor has decided
    since, and DamagedCaptureError.
    """
    with transaction.atomic(), operation(what="قبول نسخة", **{ACCEPTED_CAPTURE: capture_pk}):
        capture = _open_capture(capture_pk, by, seen)
        authority = Authority.load()
        prepared = _prepare(capture, authority)
        _decide(capture, CaptureState.ACCEPTED, by)
        article = Article.objects.get(pk=capture.article_id)
        with Rereading(authority) as rereading:
            bring_up_to_date(article, prepared, Sources(), rereading)
    return article


def make_own(capture_pk: int, by: User, seen: str) -> Article:
    """Makes a capture an article of its own; returns the new article.

    It takes the capture's address unless another article has it. It is a draft if the former article is not published.
    `seen` and what is raised: as for `accept`.
    """
    former_pk = Capture.objects.filter(pk=capture_pk).values_list("article", flat=True).first()
    operation_arguments = {ACCEPTED_CAPTURE: capture_pk, FORMER_ARTICLE: former_pk}
    with transaction.atomic(), operation(what="نسخة تصير مقالا", **operation_arguments):
        capture = _open_capture(capture_pk, by, seen)
        authority = Authority.load()
        prepared = _prepare(capture, authority)
        article = Article()
        fill(article, prepared, Sources())
        if not Article.objects.filter(pk=former_pk or 0, status=ArticleStatus.PUBLISHED).exists():
            # A text that is hidden from readers in one article must not become public in another without an editor's
            # decision.
            article.status = ArticleStatus.DRAFT
        if is_taken(article.url):
            article.url = ""
        with_keys([article])
        suggest_all([Subject(article, prepared.analysis, is_new=True)], authority, lambda: insert([article]))
        _decide(capture, CaptureState.ACCEPTED, by, article)
    return article


def refuse(capture_pk: int, by: User, seen: str) -> None:
    """Refuses a capture: its bytes stay, readers never meet them, and the same bytes do not wait again.

    `seen` and what is raised: as for `accept`.
    """
    with transaction.atomic():
        _decide(_open_capture(capture_pk, by, seen), CaptureState.REFUSED, by)


def check_open(capture: Capture, by: User, seen: str) -> None:
    """Raises DecisionError if the capture was accepted, or if another editor has decided since this one saw the
    decision mark `seen`.
    """
    is_anothers = capture.decided_by is not None and capture.decided_by != by
    is_overtaken = capture.decision_mark != seen and is_anothers
    if is_anothers and (is_overtaken or capture.state == CaptureState.ACCEPTED):
        raise DecisionError(f"سبقك {capture.decided_by} وقرر في هذه النسخة بعد أن فتحت الصفحة.")
    if capture.state == CaptureState.ACCEPTED:
        raise DecisionError("قُرر في هذه النسخة من قبل.")
    if not seen:
        raise DecisionError(DECISION_MARK_MISSING)


def _open_capture(pk: int, by: User, seen: str) -> Capture:
    """Locks a capture and returns it; raises as `check_open` does.

    No ingest stores anything until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_OTHERS)
    capture = Capture.objects.select_for_update(of=("self",)).select_related("decided_by").filter(pk=pk).first()
    if capture is None:
        raise DecisionError("لم تعد هذه النسخة في الأرشيف.")
    check_open(capture, by, seen)
    return capture


def _decide(capture: Capture, state: CaptureState, by: User, article: Article | None = None) -> None:
    capture.state, capture.decided_by, capture.decided_at = state, by, timezone.now()
    if article is not None:
        capture.article = article
    capture.save(update_fields=["state", "decided_by", "decided_at", "article"])


def _prepare(capture: Capture, authority: Authority) -> Prepared:
    """Reads and analyses the capture's bytes as ingest does, within the budget of a document."""
    item = Item(
        f"capture {capture.pk}", capture.read(), capture.media_type, capture.filename,
        address=capture.fetched_address or capture.address, captured_at=capture.captured_at, encoding=capture.encoding,
    )  # fmt: skip
    with BoundedWorkers(
        Preparing("", capture.captured_at or timezone.now(), authority), Budget.of_a_document()
    ) as workers:
        prepared: Prepared | Broken | Exceeded = workers.run(item)
    if isinstance(prepared, Broken | Exceeded):
        raise DecisionError(f"لا تُقرأ هذه النسخة: {in_arabic(prepared.reason)}")
    return prepared
