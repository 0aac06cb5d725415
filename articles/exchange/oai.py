"""OAI-PMH 2.0 for library harvesters, in unqualified Dublin Core (openarchives.org/OAI/openarchivesprotocol.html).

Records are articles, ordered by their last change; each source is a set. An article that was public once and is no
longer public stays as a deleted record.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from lxml import etree

from articles.arabic.characters import without_control_characters
from articles.exchange.addresses import permanent
from articles.exchange.citations import ARCHIVE
from articles.exchange.doors import headers_alone, long_door
from articles.exchange.rows import with_facts
from articles.models import Article, Source
from articles.models.article import LEAD_LENGTH
from articles.models.keys import read_key
from articles.models.readable import logged, readable
from articles.platform.calendar_bounds import FIRST_MOMENT, LAST_MOMENT

# Entries in one answer: records or headers, and sets. A resumption token leads to the next ones. A judgement: the
# protocol sets no number; with more entries a harvest takes fewer requests, each of which takes longer.
RECORDS, SETS = 100, 200
_MEDIA_TYPE = "text/xml; charset=utf-8"
PREFIX = "oai_dc"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_DC, _OAI_DC = "http://purl.org/dc/elements/1.1/", "http://www.openarchives.org/OAI/2.0/oai_dc/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_DC_SCHEMA = f"{_OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_SECONDS_FORMAT, _DAY_FORMAT = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"
# Each verb's required and optional arguments.
_VERBS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}
# The verbs that take a resumption token.
_RESUMED = {"ListSets", "ListIdentifiers", "ListRecords"}


class OAIError(Exception):
    """An error of the protocol, which the answer states with its `code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Harvest:
    """The selection of a list request, and how far the harvest has come.

    verb: the verb of the request. A token continues a list of this verb alone.
    prefix: the metadata format, always `oai_dc`.
    set: the set's name, `source:ID`; empty for all sources.
    since: the lower bound `from` as the request states it, a day or a second in UTC; empty for none.
    until: the upper bound, inclusive, in the same form; empty for none.
    after: the last record already sent: its last change in microseconds since 1970, and its id. (0, 0) at the
        beginning.
    """

    verb: str
    prefix: str
    set: str = ""
    since: str = ""
    until: str = ""
    after: tuple[int, int] = (0, 0)

    @classmethod
    def resumed(cls, verb: str, token: str) -> "Harvest":
        """Reads a resumption token. Raises OAIError for one that this archive did not sign for a list of `verb`."""
        try:
            prefix, set_name, since, until, moment, pk = signing.loads(token, salt=f"oai {verb}")
            return cls(verb, prefix, set_name, since, until, (int(moment), int(pk)))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise OAIError("badResumptionToken", "This token was not given by this repository.") from error

    def token(self, *place: int) -> str:
        """Makes the resumption token that continues the list after `place`: microseconds since 1970, and an id."""
        return signing.dumps(
            [self.prefix, self.set, self.since, self.until, *place], salt=f"oai {self.verb}", compress=True
        )


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _arguments(request: HttpRequest) -> QueryDict:
    """Returns the arguments. The protocol lets a harvester send them by GET or POST."""
    return request.POST if request.method == "POST" else request.GET


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@long_door
def oai(request: HttpRequest) -> HttpResponseBase:
    """Answers one of the six verbs, with the protocol's error where the request has a fault."""
    if request.method == "HEAD":
        return headers_alone(_MEDIA_TYPE)
    arguments = _arguments(request)
    answer = etree.Element(f"{{{_OAI}}}OAI-PMH", nsmap={None: _OAI, "xsi": _XSI})
    answer.set(f"{{{_XSI}}}schemaLocation", _SCHEMA)
    _add(answer, "responseDate", datetime.now(UTC).strftime(_SECONDS_FORMAT))
    request_element = _add(answer, "request", request.build_absolute_uri(reverse("oai")))
    try:
        verb = _checked(arguments)
        body = etree.Element(f"{{{_OAI}}}{verb}")
        _ANSWERS[verb](body, request)
        answer.append(body)
        for name in arguments:
            request_element.set(name, without_control_characters(arguments.get(name, "")))
    except OAIError as error:
        _add(answer, "error", str(error), code=error.code)
    content = etree.tostring(answer, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return HttpResponse(content, content_type=_MEDIA_TYPE)


def _checked(arguments: QueryDict) -> str:
    """Returns the verb. Raises OAIError if the verb or its arguments break the protocol."""
    verb = arguments.get("verb", "")
    if verb not in _VERBS or len(arguments.getlist("verb")) > 1:
        raise OAIError("badVerb", f"One of: {', '.join(_VERBS)}")
    names = set(arguments) - {"verb"}
    if repeated := [name for name in names if len(arguments.getlist(name)) > 1]:
        raise OAIError("badArgument", f"Given twice: {', '.join(repeated)}")
    if "resumptionToken" in names and verb in _RESUMED:
        if names != {"resumptionToken"}:
            raise OAIError("badArgument", "resumptionToken stands alone.")
        return verb
    needed, allowed = _VERBS[verb]
    if missing := needed - names:
        raise OAIError("badArgument", f"Missing: {', '.join(sorted(missing))}")
    if unknown := names - needed - allowed:
        raise OAIError("badArgument", f"Not for {verb}: {', '.join(sorted(unknown))}")
    if arguments.get("metadataPrefix", PREFIX) != PREFIX:
        raise OAIError("cannotDisseminateFormat", f"Only {PREFIX}.")
    return verb


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_OAI}}}{name}", attributes)
    child.text = without_control_characters(text)
    return child


# A harvest pages by `updated_at`: articles whose value Python's calendar cannot hold have no place in it.
_IN_CALENDAR = Q(updated_at__range=(FIRST_MOMENT, LAST_MOMENT))


def _records() -> QuerySet:
    """Returns the articles that are public, and those that were public once and are now deleted records."""
    return Article.objects.once_public()


def _identify(body: etree._Element, request: HttpRequest) -> None:
    """Adds the answer to the verb Identify: the repository's name, address and contact, and its earliest change.

    The earliest change is the present where there is no record.
    """
    earliest = _records().filter(_IN_CALENDAR).aggregate(first=Min("updated_at"))["first"] or datetime.now(UTC)
    for name, text in (
        ("repositoryName", ARCHIVE),
        ("baseURL", request.build_absolute_uri(reverse("oai"))),
        ("protocolVersion", "2.0"),
        ("adminEmail", settings.ARCHIVE_CONTACT or f"archive@{request.get_host().partition(':')[0]}"),
        ("earliestDatestamp", earliest.astimezone(UTC).strftime(_SECONDS_FORMAT)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(body, name, text)


def _list_formats(body: etree._Element, request: HttpRequest) -> None:
    if identifier := _arguments(request).get("identifier"):
        _article(request, identifier)
    format_element = _add(body, "metadataFormat")
    _add(format_element, "metadataPrefix", PREFIX)
    _add(format_element, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    _add(format_element, "metadataNamespace", _OAI_DC)


def _list_sets(body: etree._Element, request: HttpRequest) -> None:
    """Adds the next sets of the verb ListSets: one for each public source, at most SETS, and a token for the rest.

    The last part of a list that came in several ends with an empty token, as the protocol wants it. Raises OAIError
    where no source is left to list.
    """
    token = _arguments(request).get("resumptionToken")
    after = 0 if token is None else Harvest.resumed("ListSets", token).after[1]
    sources = list(Source.objects.public().filter(pk__gt=after).order_by("pk")[: SETS + 1])
    if not sources and token is not None:
        raise OAIError("badResumptionToken", "The sources that this token continued with are gone.")
    if not sources:
        raise OAIError("noSetHierarchy", "No source is known yet.")
    for source in sources[:SETS]:
        set_element = _add(body, "set")
        _add(set_element, "setSpec", f"source:{source.pk}")
        _add(set_element, "setName", source.name)
    if len(sources) > SETS or after:
        more = len(sources) > SETS
        _add(
            body,
            "resumptionToken",
            Harvest("ListSets", PREFIX).token(0, sources[SETS - 1].pk) if more else "",
        )


def _get_record(body: etree._Element, request: HttpRequest) -> None:
    _add_record(body, request, _article(request, _arguments(request).get("identifier", "")))


def _list_identifiers(body: etree._Element, request: HttpRequest) -> None:
    _list(body, request, lambda article: _add_header(body, request, article), _records().only("updated_at", "status", "source_id", "merged_into_id"))  # fmt: skip


def _list_records(body: etree._Element, request: HttpRequest) -> None:
    _list(body, request, lambda article: _add_record(body, request, article), with_facts(_records(), public=True))


_ANSWERS: dict[str, Callable[[etree._Element, HttpRequest], None]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}


def _list(body: etree._Element, request: HttpRequest, add: Callable[[Article], None], records: QuerySet) -> None:
    """Adds one batch of the selected records with `add`, and a resumption token where more follow."""
    selection = _wanted(request)
    matching = records.filter(_meets(selection))
    places = list(
        matching.filter(_IN_CALENDAR).order_by("updated_at", "pk").values_list("updated_at", "pk")[: RECORDS + 1]
    )
    if selection.after == (0, 0):
        for pk in matching.exclude(_IN_CALENDAR).order_by("pk").values_list("pk", flat=True)[:RECORDS]:
            logged(f"article {pk}", "no calendar has its updated_at, by which a harvest goes on")
    if not places:
        raise OAIError("noRecordsMatch", "No record is of this set and these days.")
    for article in readable(records, [pk for _changed, pk in places[:RECORDS]]):
        length_before = len(body)
        try:
            add(article)
        except (ValueError, ArithmeticError, TypeError) as error:
            # One unreadable article does not stop a harvest: it is logged and left out.
            del body[length_before:]
            logged(f"article {article.pk}", f"{type(error).__name__}: {error}")
    if len(places) > RECORDS:
        changed, pk = places[RECORDS - 1]
        _add(body, "resumptionToken", selection.token(_microseconds(changed), pk))
    elif selection.after != (0, 0):
        _add(body, "resumptionToken")


def _wanted(request: HttpRequest) -> Harvest:
    """Returns the selection that a list request states. Raises OAIError if its bounds differ in granularity."""
    arguments = _arguments(request)
    if "resumptionToken" in arguments:
        return Harvest.resumed(arguments.get("verb", ""), arguments.get("resumptionToken", ""))
    since, until = arguments.get("from", ""), arguments.get("until", "")
    if since and until and len(since) != len(until):
        raise OAIError("badArgument", "from and until are of one granularity.")
    return Harvest(arguments.get("verb", ""), PREFIX, arguments.get("set", ""), since, until)


def _meets(selection: Harvest) -> Q:
    """Returns the condition for records of this selection. Raises OAIError for a malformed set or date."""
    condition = Q()
    if selection.set:
        kind, _colon, pk = selection.set.partition(":")
        if kind != "source" or read_key(pk) is None:
            raise OAIError("noRecordsMatch", "Sets are source:ID.")
        condition &= Q(source=int(pk))
    if selection.since:
        condition &= Q(updated_at__gte=_moment(selection.since)[0])
    if selection.until:
        condition &= Q(updated_at__lt=_moment(selection.until)[1])
    if selection.after != (0, 0):
        last = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=selection.after[0])
        condition &= Q(updated_at__gte=last) & (Q(updated_at__gt=last) | Q(pk__gt=selection.after[1]))
    return condition


def _moment(text: str) -> tuple[datetime, datetime]:
    """Reads a day or a second, in UTC. Returns its first moment and the first moment after it."""
    for form, length in ((_SECONDS_FORMAT, timedelta(seconds=1)), (_DAY_FORMAT, timedelta(days=1))):
        try:
            first = datetime.strptime(text, form).replace(tzinfo=UTC)
            return first, first + length
        except (ValueError, OverflowError):
            continue
    raise OAIError("badArgument", f"Not a date of this protocol: {text}")


def _prefix(request: HttpRequest) -> str:
    return f"oai:{request.get_host().partition(':')[0]}:"


def _article(request: HttpRequest, identifier: str) -> Article:
    """Returns the record of an identifier `oai:HOST:ID`. Raises OAIError if there is none."""
    pk = read_key(identifier.removeprefix(_prefix(request)))
    if pk is None or not identifier.startswith(_prefix(request)):
        raise OAIError("idDoesNotExist", "No such record here.")
    for article in readable(with_facts(_records(), public=True), [pk]):
        return article
    raise OAIError("idDoesNotExist", "No such record here.")


def _add_header(parent: etree._Element, request: HttpRequest, article: Article) -> None:
    attributes = {} if article.is_shown else {"status": "deleted"}
    header = _add(parent, "header", **attributes)
    _add(header, "identifier", f"{_prefix(request)}{article.pk}")
    _add(header, "datestamp", article.updated_at.astimezone(UTC).strftime(_SECONDS_FORMAT))
    if article.source_id:
        _add(header, "setSpec", f"source:{article.source_id}")


def _add_record(parent: etree._Element, request: HttpRequest, article: Article) -> None:
    """Adds an article's record: the header and its Dublin Core elements. A deleted record has the header alone."""
    record = _add(parent, "record")
    _add_header(record, request, article)
    if not article.is_shown:
        return
    metadata = _add(record, "metadata")
    names = {"oai_dc": _OAI_DC, "dc": _DC, "xsi": _XSI}
    dublin_core = etree.SubElement(metadata, f"{{{_OAI_DC}}}dc", nsmap=names)
    dublin_core.set(f"{{{_XSI}}}schemaLocation", _DC_SCHEMA)
    for name, texts in _dublin_core(request, article):
        for text in texts:
            element = etree.SubElement(dublin_core, f"{{{_DC}}}{name}")
            element.text = without_control_characters(text)


def _dublin_core(request: HttpRequest, article: Article) -> Iterator[tuple[str, Sequence[str]]]:
    """Yields element names with their values. An inexact date is written as an interval if it has both bounds."""
    published = article.published
    bounds = f"{published.earliest}/{published.latest}" if published.earliest and published.latest else None
    yield "title", [article.title]
    yield "creator", [article.author] if article.author else []
    yield "publisher", [article.source.name] if article.source else []
    yield "date", [stated] if (stated := published.iso or bounds) else []
    yield "subject", [mention.actor.name for mention in article.mentions.all()]
    yield "coverage", [coverage.event.title for coverage in article.coverages.all()]
    yield "description", [article.body[:LEAD_LENGTH]]
    yield "identifier", [request.build_absolute_uri(permanent(article))]
    yield "source", [article.url] if article.url else []
    yield "language", [article.language]
    yield "type", ["Text"]
