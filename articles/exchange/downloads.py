"""Files for readers: any list as CSV or JSON lines, streamed and limited in length; one article as a reference."""

import codecs
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from articles.exchange.chosen import EXPORTED_NOUNS, Noun
from articles.exchange.citations import STYLES, citation
from articles.exchange.doors import door, headers_alone, long_door
from articles.exchange.lines import LINES
from articles.exchange.long_answers import Held, Keys
from articles.exchange.rows import Row, make_rows
from articles.models import Article

# Rows read from the database at once. A judgement: articles of 6 KB fill a megabyte, which is what a download holds in
# memory at a time.
ROWS_AT_ONCE = 200
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@require_safe
@long_door
def download(request: HttpRequest, noun: str, format: str) -> StreamingHttpResponse:
    """Answers with the list that a page with this query shows, up to ARCHIVE_MOST_EXPORTED rows.

    X-Total-Count is the largest number of rows that can follow: a row that cannot be read is left out, and that shows
    only while rows are made. A HEAD request has no X-Total-Count. Raises Http404 for an unknown noun or format.
    """
    if noun not in EXPORTED_NOUNS or format not in LINES:
        raise Http404
    content_type = _MEDIA_TYPES[format]
    if request.method == "HEAD":
        response = headers_alone(content_type)
    else:
        chosen = EXPORTED_NOUNS[noun].chosen(request.GET)
        keys = Keys(chosen[: settings.ARCHIVE_MOST_EXPORTED])
        lines = LINES[format](_rows(EXPORTED_NOUNS[noun], chosen.model, keys))
        response = StreamingHttpResponse(Held(_encoded(lines, marked=format == "csv"), keys), content_type=content_type)
        response["X-Total-Count"] = str(keys.count)
    response["Content-Disposition"] = f'attachment; filename="archive-{noun}.{format}"'
    return response


def _rows(noun: Noun, model: type[Any], keys: Keys) -> Iterator[Row]:
    """Yields the rows in the order of their keys.

    It reads one chunk at a time, so no statement runs while a client reads slowly.
    """
    for chunk in keys.parts(ROWS_AT_ONCE):
        yield from make_rows(noun.completed(model.objects.all()), chunk, noun.row)


def _encoded(lines: Iterator[str], *, marked: bool) -> Iterator[bytes]:
    """Encodes lines as UTF-8. With `marked`, a byte order mark comes first, by which spreadsheets recognise UTF-8."""
    if marked:
        yield codecs.BOM_UTF8
    yield from (line.encode() for line in lines)


@door
def cite(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """Answers with one article as a reference in one of STYLES.

    Raises Http404 for an unknown format or an article that is not public.
    """
    if format not in STYLES:
        raise Http404
    article = get_object_or_404(Article.objects.public().select_related("source"), pk=pk)
    reference = citation(article, request.build_absolute_uri)
    response = HttpResponse(STYLES[format].write(reference), content_type=f"{STYLES[format].media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reference.key}.{format}"'
    return response
