"""Pages of one article: its text with facts marked, its originals, its record, and a comparison of two printings."""

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

# Related articles on the page of an article. A judgement: they fit beside the text, and those after them are less
# related.
MOST_RELATED = 5
# How many lines of an original its page shows, and how many characters of a line. The download has all. Judgements: an
# article has some tens of lines, a page's source some hundreds; scripts have lines of a megabyte.
MOST_LINES = 2_000
LONGEST_LINE = 2_000


@reader_page
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one article; marks the matches of the query `q`.

    Redirects from a merged article and answers 410 for a withdrawn or deleted one. Raises Http404 for an article that
    readers may not see.
    """
    text = request.GET.get("q", "").strip()
    articles = Article.objects.select_related("source", "merged_into").with_latest_capture()
    articles_with_matches, matches = with_matches(with_frequent_lexemes(articles), text)
    row = get_object_or_404(articles_with_matches, pk=pk)
    if redirection := _redirection(request, row):
        return redirection
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


def _redirection(request: HttpRequest, row: Article) -> HttpResponse | None:
    """Redirects from a merged article to its survivor; returns None for any other article.

    Raises Http404 for a draft, and for an article that was withdrawn or deleted before it was ever public, merged or
    not; a user who may read drafts reaches both.
    """
    if row.status != ArticleStatus.PUBLISHED and not may_read_drafts(request.user):
        was_met = row.status in TAKEN_AWAY and Article.objects.once_public().filter(pk=row.pk).exists()
        if not was_met:
            raise Http404
    return merged_away(row)


@reader_page
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Shows the differences of two printings of a story, the earlier first. Raises Http404 if one is not public."""
    public = Article.objects.public().select_related("source")
    pair = get_object_or_404(public, pk=pk), get_object_or_404(public, pk=other)
    first, second = sorted(pair, key=lambda article: (article.published_order, article.pk))
    context = {"first": first, "second": second, "paragraphs": differences(first.body, second.body)}
    return render(request, "site/compare.html", context)


@reader_page
def article_by_title(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Redirects from an address with words after the number, as in old links, to the address with the number alone."""
    row = get_object_or_404(Article.objects.select_related("merged_into").only("status", "merged_into__status"), pk=pk)
    return _redirection(request, row) or redirect(row, permanent=True)


@reader_page
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows where an article comes from: its captures, its suggested and confirmed facts, and editors' changes."""
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
        "changes": [change for change in changes_of(row) if not change.by_machine],
    }
    return render(request, "site/record.html", context)


def _of_capture(view: Callable[[HttpRequest, Capture, bytes], HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates a page of a capture: passes the capture of a public article and its bytes to the view.

    Answers 503 with a notice if the bytes are damaged.
    """

    @reader_page
    @wraps(view)
    def capture_page(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
        """Answers with the view's response for a public capture; 404 if there is none, 503 if it is damaged."""
        captures = Capture.objects.public().select_related("article__source")
        row = get_object_or_404(captures, article=pk, sha256=sha256)
        try:
            content = row.read()
        except DamagedCaptureError:
            # 503, because the capture can be restored from a backup.
            return render(request, "site/damaged.html", {"capture": row}, status=503)
        return view(request, row, content)

    return capture_page


@_of_capture
def capture(request: HttpRequest, row: Capture, content: bytes) -> HttpResponse:
    """Sends the original bytes as a download; browsers must not show them as a page of this site."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{row.sha256[:16]}.txt"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{row.sha256}"'
    return response


@_of_capture
def original(request: HttpRequest, row: Capture, content: bytes) -> HttpResponse:
    """Shows the original's characters line by line, as they were received, and marks the lines that were set aside."""
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
    """Decodes an original, from UTF-8 if its encoding is unknown. Invalid bytes become U+FFFD."""
    try:
        return content.decode(encoding or "utf-8", "replace").removeprefix("\ufeff")
    except LookupError:
        return content.decode("utf-8", "replace")
