"""Independent programs read back what the archive writes for machines."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from urllib.robotparser import RobotFileParser

import bibtexparser
import extruct
import feedparser
import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from django.test import Client
from lxml import etree
from openapi_spec_validator import validate
from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist
from sickle.response import OAIResponse

from articles.exchange import oai
from articles.models import Actor, ArchiveDate, Article, Event, Figure, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unlimited(settings: object) -> None:
    """Lifts the rate limit of the API."""
    settings.ARCHIVE_API_RATE = "100000/m"


@pytest.fixture
def kuwait(seed: object) -> Article:
    """The article whose day of publication is known."""
    return seed("003")


def text_of(response: object) -> str:
    """Returns the text of an answer, streamed or not."""
    return b"".join(response).decode() if response.streaming else response.content.decode()


def test_atom_feeds_are_read_without_complaint(client: Client) -> None:
    rows = Event.objects.filter(coverages__isnull=False).first(), Actor.objects.filter(mentions__isnull=False).first()
    addresses = [
        "/feeds/", f"/feeds/events/{rows[0].pk}/", f"/feeds/actors/{rows[1].pk}/",
        f"/feeds/sources/{Source.objects.filter(articles__isnull=False).first().pk}/", "/feeds/search/?q=الإرهاب",
    ]  # fmt: skip
    for address in addresses:
        read = feedparser.parse(client.get(address).content)
        assert not read.bozo and read.version == "atom10" and read.entries, address
        assert all(entry.link.startswith("http://testserver/articles/") and entry.id for entry in read.entries)
        assert read.feed.updated


def test_an_entry_is_dated_only_where_the_day_is_known(
    client: Client, kuwait: Article, make_article: Callable[..., Article]
) -> None:
    for published in (ArchiveDate.in_month(2024, 11), ArchiveDate.in_year(2024), ArchiveDate.unknown()):
        article = make_article("خبر بلا يوم")
        article.published = published
        article.save()
    dated = [entry.title for entry in feedparser.parse(client.get("/feeds/").content).entries if "published" in entry]
    assert dated == [kuwait.title]


def test_hostile_text_leaves_feeds_and_harvests_well_formed(client: Client, make_article: object) -> None:
    make_article("عنوان \x08 </title><script>", "نص \x0b ]]> &amp; <b>")
    for address in ("/feeds/", "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/sitemaps/articles.xml"):
        etree.fromstring(client.get(address).content)


def test_pages_carry_linked_data_and_open_graph(client: Client, kuwait: Article) -> None:
    address = kuwait.get_absolute_url()
    page = client.get(f"/en{address}").content.decode()
    metadata = extruct.extract(page, base_url="http://testserver/", syntaxes=["json-ld", "opengraph"])
    (article,) = metadata["json-ld"]
    assert article["@type"] == "NewsArticle" and article["headline"] == kuwait.title
    assert article["datePublished"] == kuwait.published.date.isoformat()
    assert article["@id"] == f"http://testserver{address}"
    assert {entity["@type"] for entity in article["mentions"]} >= {"Person", "Country"}
    properties = dict(metadata["opengraph"][0]["properties"])
    assert properties["og:type"] == "article" and properties["og:title"] == kuwait.title
    for row, kind in (
        (Event.objects.get(title__contains="بمراكش"), "Event"),
        (Actor.objects.get(name="ناصر بوريطة"), "Person"),
    ):
        (linked,) = extruct.extract(client.get(row.get_absolute_url()).content.decode(), syntaxes=["json-ld"])[
            "json-ld"
        ]
        assert linked["@type"] == kind


def test_linked_data_cannot_be_left_by_a_title(client: Client, make_article: object) -> None:
    article = make_article("</script><script>alert(1)</script>&")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    (linked,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    assert linked["headline"] == article.title


def test_an_unknown_date_is_left_out_of_linked_data(client: Client, seed: object) -> None:
    (linked,) = extruct.extract(client.get(seed("000").get_absolute_url()).content.decode(), syntaxes=["json-ld"])[
        "json-ld"
    ]
    assert "datePublished" not in linked


def test_references_are_read_by_reference_managers(client: Client, kuwait: Article) -> None:
    address = f"{kuwait.get_absolute_url()}cite."
    parser = bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False)
    (entry,) = parser.parse(client.get(f"{address}bib").content.decode()).entries
    assert entry["title"] == kuwait.title and entry["date"] == kuwait.published.date.isoformat()
    (record,) = rispy.loads(client.get(f"{address}ris").content.decode())
    assert record["type_of_reference"] == "NEWS" and record["title"] == kuwait.title
    assert record["urls"] == [f"http://testserver{kuwait.get_absolute_url()}"]
    item = CiteProcJSON(json.loads(client.get(f"{address}json").content))[f"archive{kuwait.pk}"]
    assert str(item["title"]) == kuwait.title and item["issued"].year == kuwait.published.date.year
    assert kuwait.title in client.get(f"{address}txt").content.decode()
    assert client.get(f"{address}doc").status_code == 404


def test_a_reference_to_an_undated_article_claims_no_date(client: Client, seed: object) -> None:
    address = f"{seed('000').get_absolute_url()}cite."
    assert "date" not in client.get(f"{address}bib").content.decode()
    assert "PY  -" not in client.get(f"{address}ris").content.decode()
    assert "issued" not in json.loads(client.get(f"{address}json").content)[0]


def test_signs_of_bibtex_in_a_title_are_escaped(client: Client, make_article: object) -> None:
    article = make_article("50% {من} الكلفة & $3 #1 a_b")
    written = client.get(f"{article.get_absolute_url()}cite.bib").content.decode()
    assert "50\\% \\{من\\} الكلفة \\& \\$3 \\#1 a\\_b" in written


def test_sitemaps_list_every_public_page_once(client: Client, make_article: object) -> None:
    make_article("مسودة", status="draft")
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index = etree.fromstring(client.get("/sitemap.xml").content)
    addresses: list[str] = []
    for address in index.xpath("//s:loc/text()", namespaces=names):
        section = etree.fromstring(client.get(address.removeprefix("http://testserver")).content)
        addresses += section.xpath("//s:loc/text()", namespaces=names)
    public = [f"http://testserver{row.get_absolute_url()}" for row in (*Article.objects.public(), *Event.objects.listed(), *Actor.objects.listed(), *Source.objects.public())]  # fmt: skip
    assert len(addresses) == len(set(addresses)) and set(public) < set(addresses)
    assert all(client.get(address.removeprefix("http://testserver")).status_code == 200 for address in addresses[:20])
    assert (
        client.get("/sitemaps/articles.xml?p=9").status_code
        == client.get("/sitemaps/articles.xml?p=x").status_code
        == 404
    )


def test_robots_may_read_pages_and_not_searches(client: Client, kuwait: Article) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    assert rules.site_maps() == ["http://testserver/sitemap.xml"]
    allowed = {
        address: rules.can_fetch("any", address)
        for address in (kuwait.get_absolute_url(), "/en/events/", "/search/?q=a", "/export/a.csv")
    }
    assert list(allowed.values()) == [True, True, False, False]


class Harvester(Sickle):
    """A Sickle client that asks Django's test client instead of the network."""

    def __init__(self, client: Client) -> None:
        super().__init__("http://testserver/oai/")
        self.client = client

    def harvest(self, **arguments: str) -> OAIResponse:
        answer = self.client.get("/oai/", arguments)
        answer.text, answer.content_type = answer.content.decode(), answer["Content-Type"]
        return OAIResponse(answer, params=arguments)


def test_a_library_harvests_all_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch, kuwait: Article) -> None:
    monkeypatch.setattr(oai, "RECORDS", 2)
    harvester = Harvester(client)
    assert harvester.Identify().protocolVersion == "2.0"
    assert [entry.metadataPrefix for entry in harvester.ListMetadataFormats()] == ["oai_dc"]
    assert len(list(harvester.ListSets())) == Source.objects.count()
    records = {record.header.identifier: record for record in harvester.ListRecords(metadataPrefix="oai_dc")}
    assert set(records) == {f"oai:testserver:{pk}" for pk in Article.objects.values_list("pk", flat=True)}
    metadata = records[f"oai:testserver:{kuwait.pk}"].metadata
    assert metadata["title"] == [kuwait.title] and metadata["date"] == [kuwait.published.date.isoformat()]
    assert metadata["identifier"] == [f"http://testserver{kuwait.get_absolute_url()}"]
    of_source = harvester.ListIdentifiers(metadataPrefix="oai_dc", set=f"source:{kuwait.source_id}")
    assert [header.identifier for header in of_source] == [f"oai:testserver:{kuwait.pk}"]


def test_a_harvester_may_ask_by_post(client: Client) -> None:
    answer = client.post("/oai/", {"verb": "ListRecords", "metadataPrefix": "oai_dc"})
    assert len(etree.fromstring(answer.content).findall(f".//{{{oai._OAI}}}record")) == Article.objects.count()


def test_a_withdrawn_article_is_harvested_as_deleted(client: Client, kuwait: Article) -> None:
    Article.objects.filter(pk=kuwait.pk).update(status="withdrawn")
    record = Harvester(client).GetRecord(metadataPrefix="oai_dc", identifier=f"oai:testserver:{kuwait.pk}")
    assert record.deleted


@pytest.mark.parametrize(
    "ways", [["draft"], ["withdrawn"], ["deleted"], ["draft", "withdrawn"], ["draft", "deleted", "draft"]]
)
def test_of_an_article_that_was_never_public_nobody_learns(
    client: Client, make_article: Callable[..., Article], ways: list[str]
) -> None:
    hidden = make_article("خبر لم ينشر", "نص لم يقرأه أحد.", status=ways[0])
    merged = make_article("خبر دمج فيه", "نص آخر لم يقرأه أحد.", status="withdrawn", merged_into=hidden)
    for status in ways[1:]:
        Article.objects.filter(pk=hidden.pk).update(status=status)
    for article in (hidden, merged):
        for address in ("", "record/", "cite.ris", "خبر/"):
            assert client.get(article.get_absolute_url() + address).status_code == 404, address
        assert client.get(f"/api/v1/articles/{article.pk}").status_code == 404
        with pytest.raises(IdDoesNotExist):
            Harvester(client).GetRecord(metadataPrefix="oai_dc", identifier=f"oai:testserver:{article.pk}")
    for verb in ("ListIdentifiers", "ListRecords"):
        answer = client.get("/oai/", {"verb": verb, "metadataPrefix": "oai_dc"}).content.decode()
        assert f":{hidden.pk}<" not in answer and f":{merged.pk}<" not in answer


@pytest.mark.parametrize("ways", [["withdrawn"], ["deleted"], ["draft", "withdrawn"], ["withdrawn", "deleted"]])
def test_an_article_that_was_public_once_stays_told(client: Client, kuwait: Article, ways: list[str]) -> None:
    for status in ways:
        Article.objects.filter(pk=kuwait.pk).update(status=status)
    assert client.get(kuwait.get_absolute_url()).status_code == 410
    records = Harvester(client).ListIdentifiers(metadataPrefix="oai_dc")
    assert [record.identifier for record in records if record.deleted] == [f"oai:testserver:{kuwait.pk}"]


def test_an_article_that_goes_back_among_the_drafts_is_harvested_as_deleted(client: Client, kuwait: Article) -> None:
    Article.objects.filter(pk=kuwait.pk).update(status="draft")
    record = Harvester(client).GetRecord(metadataPrefix="oai_dc", identifier=f"oai:testserver:{kuwait.pk}")
    assert record.deleted and client.get(kuwait.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"), ("verb=Sing", "badVerb"), ("verb=ListRecords", "badArgument"), ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-01T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=moon", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=forged", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:99999999999999999999", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=1", "idDoesNotExist"),
    ],
)  # fmt: skip
def test_the_protocols_errors(client: Client, query: str, code: str) -> None:
    answer = etree.fromstring(client.get(f"/oai/?{query}").content)
    assert answer.find(f"{{{oai._OAI}}}error").get("code") == code


@pytest.mark.parametrize("issuing_verb", ["ListSets", "ListIdentifiers", "ListRecords"])
@pytest.mark.parametrize("verb", ["ListSets", "ListIdentifiers", "ListRecords"])
def test_a_token_continues_the_list_that_it_is_of(client: Client, issuing_verb: str, verb: str) -> None:
    token = oai.Harvest(issuing_verb, "oai_dc").token(0, 0)
    answer = etree.fromstring(client.get("/oai/", {"verb": verb, "resumptionToken": token}).content)
    error = answer.find(f"{{{oai._OAI}}}error")
    assert (None if error is None else error.get("code")) == (None if verb == issuing_verb else "badResumptionToken")


def test_a_token_of_sources_past_the_last_is_refused(client: Client) -> None:
    token = oai.Harvest("ListSets", "oai_dc").token(0, 10**9)
    answer = etree.fromstring(client.get("/oai/", {"verb": "ListSets", "resumptionToken": token}).content)
    assert answer.find(f"{{{oai._OAI}}}error").get("code") == "badResumptionToken"


def test_the_api_is_described_and_answers_as_described(client: Client, kuwait: Article) -> None:
    description = client.get("/api/v1/openapi.json").json()
    validate(description)
    for path, methods in description["paths"].items():
        assert set(methods) == {"get"}, path
    (first, *_), following = (page := client.get("/api/v1/articles?page_size=2").json())["results"], page["next"]
    assert first["id"] == Article.objects.public().order_by("id").first().pk
    seen = [row["id"] for row in page["results"]]
    while following:
        page = client.get(following.removeprefix("http://testserver")).json()
        seen, following = seen + [row["id"] for row in page["results"]], page["next"]
    assert seen == list(Article.objects.public().order_by("id").values_list("pk", flat=True))
    whole = client.get(f"/api/v1/articles/{kuwait.pk}").json()
    assert whole["body"][whole["figures"][0]["start"] : whole["figures"][0]["end"]] == whole["figures"][0]["quote"]
    assert whole["published"]["date"] == "2024-11-06"
    for noun, model in (("events", Event), ("actors", Actor), ("sources", Source)):
        pk = model.objects.standing().first().pk
        assert client.get(f"/api/v1/{noun}/{pk}").json()["id"] == pk
        assert client.get(f"/api/v1/{noun}").json()["results"]
    assert client.get("/api/v1/figures").json()["results"][0]["quote"]


def test_the_description_of_the_api_explains_every_parameter_and_every_field(client: Client) -> None:
    description = client.get("/api/v1/openapi.json").json()
    places = {
        f"{path} ?{parameter['name']}": parameter
        for path, methods in description["paths"].items()
        for parameter in methods["get"]["parameters"]
    } | {
        f"{schema}.{name}": field
        for schema, members in description["components"]["schemas"].items()
        for name, field in members["properties"].items()
    }
    assert {"/api/v1/search ?q", "/api/v1/events/{pk} ?pk", "PagedActorAnswer.results", "HitAnswer.score"} <= set(
        places
    )
    assert not sorted(place for place, described in places.items() if not described.get("description"))


def test_the_apis_search_is_the_pages(client: Client) -> None:
    answer = client.get("/api/v1/search", {"q": "التحالف العالمي لهزيمة داعش"}).json()
    assert answer["total"] == len(answer["results"]) == 4 and answer["results"][0]["snippet"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/articles?event=moon", "/api/v1/articles?event=999999", "/api/v1/articles?kind=party",
        "/api/v1/articles?since=yesterday", "/api/v1/articles?cursor=cD1hYmM=", "/api/v1/articles?cursor=bz0tNQ==",
        "/api/v1/articles?cursor=bz14",
        "/api/v1/articles?cursor=cD0xJm89OTk5OTk5OTk5OTk5",
        "/api/v1/articles?cursor=cj1tYXliZQ==",
        "/api/v1/search", "/api/v1/events?year=now",
    ],
)  # fmt: skip
def test_what_the_api_cannot_understand_is_told(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code in (400, 422) and response.json()["detail"], response.content


def test_the_api_reads_only_and_forgets_what_editors_rejected(client: Client, kuwait: Article) -> None:
    assert client.post("/api/v1/articles").status_code == 405
    Figure.objects.filter(article=kuwait).update(state="rejected")
    assert client.get(f"/api/v1/articles/{kuwait.pk}").json()["figures"] == []
    Article.objects.filter(pk=kuwait.pk).update(status="draft")
    assert client.get(f"/api/v1/articles/{kuwait.pk}").status_code == 404
    assert client.get(f"{kuwait.get_absolute_url()}cite.bib").status_code == 404


def test_answers_have_an_etag(client: Client) -> None:
    for address in ("/api/v1/articles", "/sitemap.xml", "/feeds/"):
        first = client.get(address)
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304, address


def test_who_asks_too_often_is_refused_for_a_while(client: Client, settings: object) -> None:
    settings.ARCHIVE_API_RATE = "2/m"
    statuses = [client.get("/feeds/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429] and int(client.get("/feeds/")["Retry-After"]) > 0


def test_what_an_asker_says_of_itself_does_not_lift_the_limit(client: Client, settings: object) -> None:
    settings.ARCHIVE_API_RATE = "2/m"
    responses = [
        client.get("/feeds/", headers={"x-forwarded-for": f"10.0.0.{n}"}, REMOTE_ADDR="10.9.9.9") for n in range(3)
    ]
    assert [response.status_code for response in responses] == [200, 200, 429]


def test_any_list_is_downloaded_as_it_is_filtered(client: Client, kuwait: Article, settings: object) -> None:
    rows = [json.loads(line) for line in text_of(client.get("/export/articles.jsonl?q=الإرهاب")).splitlines()]
    assert len(rows) == 5 and rows[0]["body"]
    event = kuwait.coverages.first().event_id
    table = text_of(client.get(f"/export/articles.csv?event={event}"))
    assert table.startswith("\ufeff")
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))] == [str(kuwait.pk)]
    for noun in ("events", "actors", "figures", "sources"):
        assert len(text_of(client.get(f"/export/{noun}.jsonl")).splitlines()) > 1, noun
    settings.ARCHIVE_MOST_EXPORTED = 3
    capped = client.get("/export/articles.jsonl")
    assert capped["X-Total-Count"] == "3" and len(text_of(capped).splitlines()) == 3
    assert client.get("/export/moons.csv").status_code == client.get("/export/articles.xls").status_code == 404


def test_a_download_holds_no_formula(client: Client, make_article: object) -> None:
    make_article("=HYPERLINK(1)", day=date(2024, 1, 1))
    assert "'=HYPERLINK(1)" in text_of(client.get("/export/articles.csv"))
