"""What a harvester is given: which records, which days, what of each, and how a long list goes on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from lxml import etree

from articles.exchange import oai
from articles.models import Actor, ArchiveDate, Article, Coverage, Event, Mention, Source

pytestmark = pytest.mark.django_db
NAMES = {"o": oai._OAI, "dc": oai._DC}
NOON = datetime(2030, 5, 6, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unlimited(settings: object) -> None:
    settings.ARCHIVE_API_RATE = "100000/m"


def answer_to(client: Client, **arguments: object) -> etree._Element:
    named = {name.removesuffix("_"): value for name, value in arguments.items()}
    return etree.fromstring(client.get("/oai/", named).content)


def texts(answer: etree._Element, path: str) -> list[str]:
    return answer.xpath(f"//{path}/text()", namespaces=NAMES)


def codes(answer: etree._Element) -> list[str]:
    return answer.xpath("//o:error/@code", namespaces=NAMES)


@pytest.fixture
def changed(make_article: Callable[..., Article]) -> list[Article]:
    """Three articles, changed at noon, a second later, and at the end of the day; all others long before."""
    moments = [NOON, NOON + timedelta(seconds=1), NOON.replace(hour=23, minute=59, second=59)]
    Article.objects.update(updated_at=datetime(2020, 1, 1, tzinfo=UTC))
    rows = [make_article(f"خبر {n}", "نص.") for n in range(3)]
    for row, moment in zip(rows, moments, strict=True):
        Article.objects.filter(pk=row.pk).update(updated_at=moment)
    return rows


@pytest.mark.parametrize(
    ("bounds", "places"),
    [
        ({"from_": "2030-05-06"}, "012"), ({"from_": "2030-05-07"}, ""), ({"from_": "2030-05-06T12:00:00Z"}, "012"),
        ({"from_": "2030-05-06T12:00:01Z"}, "12"), ({"from_": "2030-05-06T12:00:02Z"}, "2"), ({"from_": "2030-05-06T23:59:59Z"}, "2"),
        ({"from_": "2030-01-01", "until": "2030-05-06"}, "012"), ({"from_": "2030-01-01", "until": "2030-05-05"}, ""),
        ({"from_": "2030-05-06T12:00:00Z", "until": "2030-05-06T12:00:00Z"}, "0"),
        ({"from_": "2030-01-01T00:00:00Z", "until": "2030-05-06T12:00:01Z"}, "01"),
    ],
)  # fmt: skip
def test_the_days_and_seconds_of_a_harvest(client: Client, changed: list[Article], bounds: dict, places: str) -> None:
    answer = answer_to(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **bounds)
    assert texts(answer, "o:identifier") == [f"oai:testserver:{changed[int(n)].pk}" for n in places]
    assert codes(answer) == ([] if places else ["noRecordsMatch"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"verb": "Identify"}, ""), ({"verb": ["Identify", "Identify"]}, "badVerb"), ({"verb": "identify"}, "badVerb"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, ""), ({"verb": "ListRecords", "metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "identifier": "x"}, "badArgument"), ({"verb": "GetRecord", "identifier": "x"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"), ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "resumptionToken": "x"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"}, "badArgument"), ({"verb": "ListMetadataFormats"}, ""),
        ({"verb": "ListMetadataFormats", "identifier": "oai:testserver:0"}, "idDoesNotExist"), ({"verb": "Identify", "resumptionToken": "x"}, "badArgument"),
        ({"verb": "ListMetadataFormats", "identifier": "oai:elsewhere:1"}, "idDoesNotExist"), ({"verb": "ListSets", "set": "source:1"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2020-01-01", "until": "2040-01-01"}, ""),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2020-01-01T00:00:00Z", "until": "2040-01-01"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2020-13-01"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "9999-12-31"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "source:x"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "actor:1"}, "noRecordsMatch"),
    ],
)  # fmt: skip
def test_requests_by_the_protocol(client: Client, arguments: dict, code: str) -> None:
    answer = etree.fromstring(client.get("/oai/", arguments).content)
    assert codes(answer) == ([code] if code else [])
    attributes = dict(answer.find(f"{{{oai._OAI}}}request").attrib)
    # With an error, the request's arguments are not repeated.
    assert attributes == ({} if code else {name: str(value) for name, value in arguments.items()})


def test_what_the_repository_says_of_itself(client: Client, changed: list[Article], settings: object) -> None:
    answer = answer_to(client, verb="Identify")
    assert texts(answer, "o:repositoryName") == ["أرشيف دبلوماسية مكافحة الإرهاب"] and texts(answer, "o:baseURL") == [
        "http://testserver/oai/"
    ]
    assert texts(answer, "o:earliestDatestamp") == ["2020-01-01T00:00:00Z"] and texts(answer, "o:deletedRecord") == [
        "persistent"
    ]
    assert texts(answer, "o:adminEmail") == ["archive@testserver"]
    settings.ARCHIVE_CONTACT = "desk@archive.example"
    assert texts(answer_to(client, verb="Identify"), "o:adminEmail") == ["desk@archive.example"]


def test_a_record_holds_all_that_is_public(client: Client, make_article: Callable[..., Article]) -> None:
    source = Source.objects.create(name="وكالة الساحل")
    article = make_article(
        "مؤتمر", "ن" * 1000, date(2024, 2, 3), source=source, author="محرر", url="https://sahel.example/1"
    )
    actors = [Actor.objects.create(name=f"هيئة {n}", kind="civil") for n in range(3)]
    events = [Event.objects.create(title=f"لقاء {n}", kind="meeting") for n in range(2)]
    for n, actor in enumerate(actors):
        Mention.objects.create(article=article, actor=actor, state=("confirmed", "suggested", "rejected")[n])
    for n, event in enumerate(events):
        Coverage.objects.create(article=article, event=event, state=("confirmed", "rejected")[n])
    Article.objects.filter(pk=article.pk).update(updated_at=NOON)

    def record(pk: int) -> etree._Element:
        return answer_to(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:testserver:{pk}")

    answer = record(article.pk)
    values = {name: texts(answer, f"dc:{name}") for name in ("title", "creator", "publisher", "date", "subject", "coverage", "identifier", "source", "language", "type")}  # fmt: skip
    assert values == {
        "title": ["مؤتمر"], "creator": ["محرر"], "publisher": ["وكالة الساحل"], "date": ["2024-02-03"], "subject": ["هيئة 0", "هيئة 1"],
        "coverage": ["لقاء 0"], "identifier": [f"http://testserver/articles/{article.pk}/"], "source": ["https://sahel.example/1"],
        "language": ["ar"], "type": ["Text"],
    }  # fmt: skip
    (description,) = texts(answer, "dc:description")
    assert article.body.startswith(description) and 100 < len(description) < 1000
    assert texts(answer, "o:datestamp") == ["2030-05-06T12:00:00Z"] and texts(answer, "o:setSpec") == [
        f"source:{source.pk}"
    ]
    assert answer.xpath("//o:header/@status", namespaces=NAMES) == []
    # The list gives the same.
    (listed,) = answer_to(client, verb="ListRecords", metadataPrefix="oai_dc", set=f"source:{source.pk}").findall(
        f".//{{{oai._OAI}}}record"
    )
    assert "".join(listed.itertext()).split() == "".join(answer.find(f".//{{{oai._OAI}}}record").itertext()).split()
    bare = make_article("خبر", "نص.")
    for published, written in (
        (ArchiveDate.in_month(2024, 2), ["2024-02"]), (ArchiveDate.between(date(2020, 1, 1), date(2021, 1, 1)), ["2020-01-01/2021-01-01"]),
        (ArchiveDate.between(date(2020, 1, 1)), []), (ArchiveDate.between(latest=date(2020, 1, 1)), []),
    ):  # fmt: skip
        bare.published = published
        bare.save()
        answer = record(bare.pk)
        assert texts(answer, "dc:date") == written
    assert (
        texts(answer, "dc:creator")
        == texts(answer, "dc:publisher")
        == texts(answer, "dc:source")
        == texts(answer, "o:setSpec")
        == []
    )
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    answer = record(article.pk)
    assert answer.xpath("//o:header/@status", namespaces=NAMES) == ["deleted"] and texts(answer, "dc:title") == []


def test_a_list_goes_on_from_one_answer_to_the_next(
    client: Client, changed: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oai, "RECORDS", 2)
    # Articles of one moment stand in the order of their ids.
    Article.objects.filter(pk__in=[row.pk for row in changed]).update(updated_at=NOON)
    wanted = {"metadataPrefix": "oai_dc", "from_": "2030-05-06", "until": "2030-05-06"}
    for verb in ("ListIdentifiers", "ListRecords"):
        first = answer_to(client, verb=verb, **wanted)
        (token,) = texts(first, "o:resumptionToken")
        second = answer_to(client, verb=verb, resumptionToken=token)
        assert texts(first, "o:identifier") + texts(second, "o:identifier") == [
            f"oai:testserver:{row.pk}" for row in changed
        ]
        # The last part says so by an empty token; a list of one part has none.
        assert (
            len(second.findall(f".//{{{oai._OAI}}}resumptionToken")) == 1 and texts(second, "o:resumptionToken") == []
        )
        whole = answer_to(
            client, verb=verb, metadataPrefix="oai_dc", from_="2030-05-06", until="2030-05-06", set="source:0"
        )
        assert codes(whole) == ["noRecordsMatch"]
    monkeypatch.setattr(oai, "RECORDS", 3)
    assert answer_to(client, verb="ListIdentifiers", **wanted).findall(f".//{{{oai._OAI}}}resumptionToken") == []


def test_sources_are_listed_part_by_part(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.objects.create(name="وكالة أخرى")
    Source.objects.create(name="وكالة مدموجة", merged_into=source)
    pks = list(Source.objects.public().order_by("pk").values_list("pk", flat=True))
    monkeypatch.setattr(oai, "SETS", len(pks))
    assert answer_to(client, verb="ListSets").findall(f".//{{{oai._OAI}}}resumptionToken") == []
    monkeypatch.setattr(oai, "SETS", len(pks) - 1)
    first = answer_to(client, verb="ListSets")
    second = answer_to(client, verb="ListSets", resumptionToken=texts(first, "o:resumptionToken")[0])
    assert texts(first, "o:setSpec") + texts(second, "o:setSpec") == [f"source:{pk}" for pk in pks]
    assert len(texts(second, "o:setSpec")) == 1 and len(second.findall(f".//{{{oai._OAI}}}resumptionToken")) == 1
    assert texts(second, "o:resumptionToken") == [] and "وكالة أخرى" in texts(second, "o:setName")
    Article.objects.update(source=None)
    Source.objects.exclude(merged_into=None).delete()
    Source.objects.all().delete()
    assert codes(answer_to(client, verb="ListSets")) == ["noSetHierarchy"]
