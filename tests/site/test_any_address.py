"""No address can make a page or an interface fail."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.exchange import doors

pytestmark = pytest.mark.django_db

PATHS = [
    "/", "/search/", "/search/suggest/", "/articles/", "/articles/{n}/", "/articles/{n}/record/", "/articles/{n}/compare/{n}/",
    "/articles/{n}/captures/{text}/view/", "/articles/{n}/cite.{text}", "/events/", "/events/{n}/", "/actors/", "/actors/{n}/",
    "/figures/", "/dates/", "/dates/{n}/", "/dates/{n}/{n}/", "/dates/2024/{n}/{n}/", "/timeline/", "/sources/", "/sources/{n}/",
    "/appearance/", "/help/", "/feeds/search/", "/feeds/actors/{n}/", "/export/articles.csv", "/export/figures.jsonl", "/oai/",
    "/sitemaps/articles.xml", "/sitemaps/{text}.xml", "/api/v1/articles", "/api/v1/articles/{n}", "/api/v1/search",
    "/api/v1/figures", "/api/v1/events",
]  # fmt: skip
NAMES = [
    "q", "page", "after", "before", "sort", "widen", "event", "actor", "source", "kind", "since", "until", "published",
    "measure", "conflicting", "year", "from", "to", "next", "p", "cursor", "page_size", "verb", "metadataPrefix", "set",
    "resumptionToken", "identifier",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=12),
    st.integers(-(10**25), 10**25).map(str),
    st.dates().map(str),
    st.sampled_from(
        ["2024", "2024-11", "0000", "2024-02-31", "-1", "1.5", "oai_dc", "ListRecords", "source:1", "«", "\x00", "%00"]
    ),
)


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lifts the rate limits."""
    monkeypatch.setattr(doors, "refusal", lambda request: None)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS), number=st.one_of(st.integers(1, 5), st.integers(0, 10**19)), text=st.text("abz019.", min_size=1, max_size=9),
    parameters=st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=4), english=st.booleans(),
)  # fmt: skip
def test_any_address_is_answered(
    client: Client, path: str, number: int, text: str, parameters: dict[str, str], english: bool
) -> None:
    client.raise_request_exception = True
    response = client.get(("/en" if english else "") + path.format(n=number, text=text), parameters)
    assert response.status_code < 500
