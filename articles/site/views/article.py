"""One article: its text with its facts marked, its originals, its record, and how two printings of it differ."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from articles.curation.changes import changes_of
from articles.exchange.citations import STYLES, citation, plain
from articles.exchange.linked_data import linked_article
from articles.models import TAKEN_AWAY, Article, ArticleStatus, Capture, Reprint
from articles.models.accounts import may_read_drafts
from articles.models.capture import DamagedCaptureError
from articles.search.related import related, with_frequent_lexemes
from articles.search.run import with_matches
from articles.site.annotation import paragraphs
from articles.site.differences import differences
from articles.site.pages import merged_away, reader_page

MOST_RELATED = 5
# Lines of an original that its page shows; the download has all.
MOST_LINES = 2_000
LONGEST_LINE = 2_000


@reader_page
def article(request: HttpRequest, pk: int) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    articles = Article.objects.select_related("source", "merged_into").with_latest_capture()
    wanted, matches = with_matches(with_frequent_lexemes(articles), text)
    row = get_object_or_404(wanted, pk=pk)
    if moved := _moved(request, row):
        return moved
    if row.status in TAKEN_AWAY:
        return render(request, "site/withdrawn.html", {"article": row}, status=410)
    mentions = list(row.mentions.shown().select_related("actor"))
    mentions.sort(key=lambda mention: (mention.spans or [[len(row.body)]])[0][0])
    figures = list(row.figures.shown().select_related("measure", "event").order_by("start", "id"))
    coverages = list(row.coverages.shown().select_related("event").with_neighbours())
    context = {
        "article": row,
        "text": text,
        "paragraphs": paragraphs(row, mentions, figures, matches(row)),
        "mentions": mentions,
        "figures": figures,
        "coverages": coverages,
        "captured_at": _moment(row.capture and row.capture["captured_at"]),
        "reprints": Reprint.objects.group_of(row),
        "related": related(row, MOST_RELATED),
        "citation": plain(citation(row, request.build_absolute_uri)),
        "styles": [(ending, style.name) for ending, style in STYLES.items()],
        "linked": linked_article(row, mentions, coverages, request.build_absolute_uri),
    }
    return render(request, "site/article.html", context)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _moved(request: HttpRequest, row: Article) -> HttpResponse | None:
    """Leads from an article that was merged away to the one that stands for it; None for any other that may be answered.

    Raises Http404 for a draft and for what was taken away before any reader could meet it, merged or not, unless it is asked for by
    who reads drafts.
    """
    if row.status != ArticleStatus.PUBLISHED and not may_read_drafts(request.user):
        was_met = row.status in TAKEN_AWAY and Article.objects.once_public().filter(pk=row.pk).exists()
        if not was_met:
            raise Http404
    return merged_away(row)


@reader_page
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two printings of a story, the earlier first, and what the second has and has not of it."""
    shown = Article.objects.public().select_related("source")
    pair = get_object_or_404(shown, pk=pk), get_object_or_404(shown, pk=other)
    first, second = sorted(pair, key=lambda article: (article.published_order, article.pk))
    context = {"first": first, "second": second, "paragraphs": differences(first.body, second.body)}
    return render(request, "site/compare.html", context)


@reader_page
def article_by_title(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """An address with words after the number, as people write and old links have: the number alone is the address."""
    row = get_object_or_404(Article.objects.select_related("merged_into").only("status", "merged_into__status"), pk=pk)
    return _moved(request, row) or redirect(row, permanent=True)


@reader_page
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an article comes from: its captures, what was inferred, what an editor changed."""
    row = get_object_or_404(Article.objects.public().select_related("source"), pk=pk)
    facts = [
        (kind, [fact for fact in facts if fact.is_suggested], [fact for fact in facts if not fact.is_suggested])
        for kind, facts in (
            ("mention", list(row.mentions.shown())),
            ("event", list(row.coverages.shown())),
            ("figure", list(row.figures.shown())),
        )
    ]
    context = {
        "article": row,
        "captures": row.captures.accepted(),
        "facts": facts,
        "changes": [one for one in changes_of(row) if not one.by_machine],
    }
    return render(request, "site/record.html", context)


def _of_capture(view: Callable[[HttpRequest, Capture, bytes], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a capture of an article that readers see, with its bytes; a notice where these are not what they were."""

    @reader_page
    @wraps(view)
    def shown(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
        captures = Capture.objects.public().select_related("article__source")
        row = get_object_or_404(captures, article=pk, sha256=sha256)
        try:
            content = row.read()
        except DamagedCaptureError:
            # Until it is put back from a backup.
            return render(request, "site/damaged.html", {"capture": row}, status=503)
        return view(request, row, content)

    return shown


@_of_capture
def capture(request: HttpRequest, row: Capture, content: bytes) -> HttpResponse:
    """The original bytes as a download, never shown as a page of this site."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{row.sha256[:16]}.txt"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{row.sha256}"'
    return response


@_of_capture
def original(request: HttpRequest, row: Capture, content: bytes) -> HttpResponse:
    """The original's characters, line by line as they were received; those set aside from the text are told."""
    lines = _decoded(content, row.encoding).split("\n")
    is_text = row.media_type == "text/plain"
    aside = {line["line"] for line in row.article.set_aside} if is_text else set()
    context = {
        "article": row.article,
        "capture": row,
        "lines": [
            (number, line.rstrip("\r")[:LONGEST_LINE], number in aside)
            for number, line in enumerate(lines[:MOST_LINES], 1)
        ],
        "is_cut": len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines),
    }
    return render(request, "site/original.html", context)


def _decoded(content: bytes, encoding: str) -> str:
    """The characters of an original; bytes that are none in its encoding show as U+FFFD."""
    try:
        return content.decode(encoding or "utf-8", "replace").removeprefix("\ufeff")
    except LookupError:
        return content.decode("utf-8", "replace")
