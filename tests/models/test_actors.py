"""Which actors, sources and measures lists and readers get, under which names, and which names are refused."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from articles.models import (
    Actor,
    Alias,
    Article,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Source,
    SynonymSet,
    Tally,
)  # fmt: skip
from articles.models.limits import Limited
from articles.models.public import NounQuerySet, first_listed
from articles.models.source import fold_mark

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


def actor(name: str, *aliases: str, **fields: Any) -> Actor:
    row = Actor.objects.create(name=name, **{"kind": "person", "state": "confirmed"} | fields)
    for alias in aliases:
        Alias.objects.create(actor=row, name=alias)
    return row


def names(actors: Any) -> list[str]:
    return [row.name for row in actors]


@pytest.mark.parametrize("article_status", ["published", "draft"])
@pytest.mark.parametrize(
    ("fact", "fact_state", "state", "withheld", "public", "listed"),
    [
        (None, "", "confirmed", False, True, False),
        (None, "", "suggested", False, False, False),
        ("mention", "suggested", "suggested", False, True, False),
        ("mention", "suggested", "confirmed", False, True, True),
        ("mention", "rejected", "suggested", False, False, False),
        ("mention", "confirmed", "rejected", False, False, False),
        ("mention", "confirmed", "confirmed", True, False, False),
        ("figure", "suggested", "suggested", False, True, False),
        ("figure", "rejected", "suggested", False, False, False),
        ("placeless", "confirmed", "suggested", False, False, False),
    ],
)
def test_which_actors_readers_see(
    make_article: MakeArticle,
    article_status: str, fact: str | None, fact_state: str, state: str, withheld: bool, public: bool, listed: bool,
) -> None:  # fmt: skip
    """Confirmed ones, and those that a public article states; only articles that mention them count."""
    article = make_article(body="7 دول", status=article_status)
    row = actor("زيد بعيد", "أبو بعيد", state=state, withheld=withheld)
    # Another actor's facts are not this one's.
    Mention.objects.create(article=make_article(), actor=actor("عمرو بعيد"), state="confirmed")
    if fact == "mention":
        Mention.objects.create(article=article, actor=row, state=fact_state)
    elif fact:
        place = {} if fact == "placeless" else {"start": 0, "end": 1}
        Figure.objects.create(article=article, actor=row, value=7, quote="7", state=fact_state, **place)
    if article_status == "draft":
        listed, public = False, state == "confirmed" and not withheld
    actors = Actor.objects.filter(pk=row.pk)
    assert actors.public().exists() is public
    assert bool(actors.with_publicity().get().is_public) is public
    assert Alias.objects.filter(actor=row).public().exists() is public
    assert [row.articles for row in actors.most_named()] == ([1] if listed else [])
    assert actors.listed(tallies_kept=False).exists() is actors.listed().exists() is listed
    assert names(first_listed(actors, 5, 5)) == (["زيد بعيد"] if listed else [])
    assert actors.unreviewed(tallies_kept=False).exists() is (
        (fact, fact_state, state, article_status) == ("mention", "suggested", "suggested", "published")
    )
    # In a large archive the stored numbers decide about lists.
    for number in (0, 1):
        Tally.objects.update_or_create(kind="actor", key=row.pk, defaults={"articles": number})
        assert actors.listed(tallies_kept=True).exists() is (bool(number) and state == "confirmed" and not withheld)
        assert actors.unreviewed(tallies_kept=True).exists() is (bool(number) and state == "suggested")


def test_a_new_noun_has_to_say_what_states_it() -> None:
    for method in (
        NounQuerySet(Actor).stated,
        NounQuerySet(Actor).reported_publicly,
        lambda: Limited.beyond_limits(Actor()),
    ):
        with pytest.raises(NotImplementedError):
            method()


def test_the_actors_that_articles_name_most(make_article: MakeArticle) -> None:
    articles = [make_article(body="7"), make_article(body="7"), make_article(status="draft")]
    rows = {name: actor(f"{name} بعيد") for name in "أبجدهو"}
    Actor.objects.filter(pk=rows["د"].pk).update(state="suggested")
    Actor.objects.filter(pk=rows["ه"].pk).update(withheld=True)
    for name, count in {"أ": 1, "ب": 2, "ج": 1, "د": 3, "ه": 3}.items():
        for article in articles[:count]:
            Mention.objects.create(article=article, actor=rows[name])
    # Neither a draft nor a rejected mention counts.
    Mention.objects.create(article=articles[2], actor=rows["أ"])
    Mention.objects.create(article=articles[0], actor=rows["و"], state="rejected")
    of_these = Actor.objects.filter(pk__in=[row.pk for row in rows.values()])
    assert [(row.name[0], row.articles) for row in of_these.most_named()] == [("ب", 2), ("أ", 1), ("ج", 1)]
    assert {row.name[0]: row.articles for row in of_these.with_article_counts()} == {
        "أ": 1, "ب": 2, "ج": 1, "د": 2, "ه": 2, "و": 0,
    }  # fmt: skip
    # A fact of another kind does not multiply the number.
    for article in articles[:2]:
        Figure.objects.create(article=article, actor=rows["ب"], value=7, quote="7", start=0, end=1)
    assert {row.name[0] for row in of_these.public()} == {*"أبجدو"}
    assert {row.name[0] for row in of_these.listed()} == {*"أبج"}
    joined = of_these.filter(pk=rows["ب"].pk, figures__value=7).with_article_counts()
    assert {row.articles for row in joined} == {2}
    # A large archive reads the stored numbers.
    Tally.objects.update_or_create(kind="archive", key=0, defaults={"articles": 5_000})
    Tally.objects.create(kind="actor", key=rows["ج"].pk, articles=9)
    Tally.objects.create(kind="event", key=rows["أ"].pk, articles=7)
    assert [(row.name[0], row.articles) for row in of_these.most_named()] == [("ج", 9)]
    # With one article less, it is counted again.
    Tally.objects.filter(kind="archive").update(articles=4_999)
    assert [row.name[0] for row in of_these.most_named()] == ["ب", "أ", "ج"]


def test_the_first_listed_rows_come_in_the_order_of_the_query(make_article: MakeArticle) -> None:
    rows = [actor(f"{name} بعيد", state="suggested" if name == "ب" else "confirmed") for name in "أبجدهو"]
    for row in rows:
        if row.name[0] != "ج":
            Mention.objects.create(article=make_article(), actor=row)
    query = Actor.objects.filter(pk__in=[row.pk for row in rows]).order_by("-folded_name")
    # «ب» waits for review, and no article names «ج».
    assert [name[0] for name in names(first_listed(query, 9, 9))] == ["و", "ه", "د", "أ"]
    assert [name[0] for name in names(first_listed(query, 2, 9))] == ["و", "ه"]
    # At most four confirmed rows are examined: the fourth is «ج».
    assert [name[0] for name in names(first_listed(query, 9, 4))] == ["و", "ه", "د"]


@pytest.mark.parametrize(
    ("text", "named", "with_part"),
    [
        ("محمد الفاسي", ["محمد الفاسي"], ["محمد الفاسي"]),
        ("مُحمّد الفاسى", ["محمد الفاسي"], ["محمد الفاسي"]),
        ("ابن البعيد", ["محمد الفاسي", "أحمد البعيد"], ["محمد الفاسي", "أحمد البعيد"]),
        ("البعيد", [], ["محمد الفاسي", "أحمد البعيد"]),
        ("فاس", [], ["محمد الفاسي"]),
        ("لا أحد", [], []),
    ],
)
def test_actors_by_their_names(text: str, named: list[str], with_part: list[str]) -> None:
    rows = [actor("محمد الفاسي", "ابن البعيد", "الفاسي الأكبر"), actor("أحمد البعيد", "إبن البعيد"), actor("غريب")]
    actors = Actor.objects.filter(pk__in=[row.pk for row in rows]).order_by("id")
    assert names(actors.named(text)) == named
    assert names(actors.with_name_part(text)) == with_part
    # A name of a rejected or merged actor names nobody.
    actors.filter(pk=rows[0].pk).update(state="rejected")
    actors.filter(pk=rows[1].pk).update(merged_into=rows[2].pk)
    assert not actors.named(text).exists() and names(actors.with_name_part(text)) == with_part


@pytest.mark.parametrize(
    ("name", "fields", "refused"),
    [
        ("زيد بعيد", {}, "يوجد فاعل بهذا الاسم"),
        ("زَيد بعيد", {}, "يوجد فاعل بهذا الاسم"),
        ("زيد بعيد", {"distinction": "الشاعر"}, ""),
        ("زيد قريب", {}, ""),
        ("مدموج بعيد", {}, ""),
        ("«»", {}, "حرف"),
        # A merged row keeps its name.
        ("زيد بعيد", {"merged_into": True}, ""),
    ],
)
def test_an_actor_has_a_name_of_its_own(name: str, fields: dict[str, Any], refused: str) -> None:
    first = actor("زيد بعيد")
    actor("مدموج بعيد", merged_into=first)
    row = Actor(name=name, kind="person", **fields | ({"merged_into": first} if "merged_into" in fields else {}))
    with pytest.raises(ValidationError, match=refused) if refused else nullcontext():
        row.clean()
    assert row.folded_name == first.folded_name or "زيد بعيد" not in name
    # Its own name does not stand in its way.
    first.clean()
    assert first.namesake() is None
    assert (row.namesake() == first) is (
        name != "زيد قريب" and "زيد" in name.replace("َ", "") and "distinction" not in fields
    )


@pytest.mark.parametrize(
    ("name", "of", "refused"),
    [
        ("ابن بعيد", 0, "مسجل"),
        ("إبن بعيد", 0, "مسجل"),
        ("ابن بعيد", 1, ""),
        ("ابن بعيد", None, ""),
        ("ابن قريب", 0, ""),
        ("..", 0, "حرف"),
        ("..", None, "حرف"),
    ],
)
def test_an_alias_is_written_once_for_an_actor(name: str, of: int | None, refused: str) -> None:
    rows = [actor("زيد بعيد", "ابن بعيد"), actor("عمرو بعيد")]
    with pytest.raises(ValidationError, match=refused) if refused else nullcontext():
        Alias(actor=None if of is None else rows[of], name=name).clean()
    rows[0].aliases.get().clean()


def test_names_as_articles_write_them(make_article: MakeArticle) -> None:
    row = actor("زيد بعيد")
    for body, quotes in (("زيد ثم بكر", ["زيد", "بكر"]), ("بكر ثم زيد", ["بكر"]), ("أحمد", ["أحمد"]), ("لا أحد", [])):
        spans = [[body.index(quote), body.index(quote) + len(quote)] for quote in quotes]
        Mention.objects.create(article=make_article(body=body), actor=row, spans=spans, quotes=quotes)
    written = Mention.objects.filter(actor=row).surface_names()
    assert [(row["name"], row["times"]) for row in written] == [("بكر", 2), ("أحمد", 1), ("زيد", 1)]


@pytest.mark.parametrize(
    ("article_status", "state", "noun", "shown", "public"),
    [
        ("published", "suggested", {}, True, True),
        ("published", "rejected", {}, False, False),
        ("published", "confirmed", {"withheld": True}, False, False),
        ("published", "confirmed", {"state": "rejected"}, False, False),
        ("draft", "confirmed", {}, True, False),
    ],
)
def test_which_facts_readers_see(
    make_article: MakeArticle, article_status: str, state: str, noun: dict[str, Any], shown: bool, public: bool
) -> None:
    article = make_article(status=article_status, body="7 دول")
    row, event = actor("زيد بعيد", **noun), Event.objects.create(title="لقاء بعيد", kind="meeting", **noun)
    measure = Measure.objects.create(label="دول بعيدة")
    facts: list[Any] = [
        Mention.objects.create(article=article, actor=row, state=state),
        Coverage.objects.create(article=article, event=event, state=state),
    ]
    for fact in facts:
        rows = type(fact).objects.filter(pk=fact.pk)
        assert (rows.shown().exists(), rows.public().exists()) == (shown, public)
    figure = Figure.objects.create(
        article=article, event=event, actor=row, measure=measure, value=7, quote="7", start=0, end=1, state=state
    )
    figures = Figure.objects.filter(pk=figure.pk)
    assert figures.shown().exists() is (state != "rejected")
    assert figures.public().exists() is (state != "rejected" and article_status == "published")
    assert Measure.objects.filter(pk=measure.pk).public().exists() is figures.public().exists()
    read = figures.with_nameable().get()
    assert (read.event, read.actor) == ((None, None) if noun else (event, row))
    figures.update(start=None, end=None)
    assert not figures.shown().exists() and not Measure.objects.filter(pk=measure.pk).public().exists()


@pytest.mark.parametrize(
    ("name", "domains", "refused"),
    [
        ("البعيدة", [], "يوجد مصدر"),
        ("الَبعيدة", [], "يوجد مصدر"),
        ("القريبة", ["a.example"], ""),
        ("القريبة", ["a.example", "ليس نطاقا"], "ليس نطاقا"),
        ("..", [], "حرف"),
    ],
)
def test_a_source_has_a_name_and_domains(name: str, domains: list[str], refused: str) -> None:
    first = Source.objects.create(name="البعيدة")
    merged = Source.objects.create(name="المدموجة", merged_into=first)
    row = Source(name=name, domains=domains)
    with pytest.raises(ValidationError, match=refused) if refused else nullcontext():
        row.clean()
    first.clean()
    Source(name="المدموجة").clean()
    # A merged source may have the name of another.
    merged.name = "البعيدة"
    merged.clean()


@pytest.mark.parametrize(
    ("mark", "folded"),
    [("و م ع", "ومع"), ("و.م.ع", "ومع"), ("و.م.ع.", "ومع"), (" أ ش أ ", "اشا"), ("A.F.P", "afp"), ("", "")],
)
def test_a_mark_is_compared_without_spaces_and_stops(mark: str, folded: str) -> None:
    assert fold_mark(mark) == folded


def test_a_source_is_recognised(make_article: MakeArticle) -> None:
    first = Source.objects.create(name="البعيدة", domains=["HTTP.example", "ليس نطاقا"], marks=["ب ع"])
    second = Source.objects.create(name="الأبعد", domains=["news.http.example"], marks=["ب.ع.", "ج د"])
    assert first.domains == ["http.example", "ليس نطاقا"] and second.folded_marks == ["بع", "جد"]
    sources = Source.objects
    assert {text: sources.by_name(text) for text in ("البعيده", "الأبعد", "البعيدة الأخرى")} == {
        "البعيده": first, "الأبعد": second, "البعيدة الأخرى": None,
    }  # fmt: skip
    assert [sources.by_mark(mark) for mark in ("ب ع", "بع", "ج.د", "ه و")] == [first, first, second, None]
    hosts = {
        "http.example": first, "WWW.http.example": first, "news.http.example": first, "example": None,
        "other.example": None, "http.example.org": None, "": None, "ليس نطاقا": None,
    }  # fmt: skip
    assert {host: sources.by_domain(host) for host in hosts} == hosts
    for status in ("published", "published", "draft"):
        make_article(source=second, status=status)
    counted = sources.filter(pk__in=[first.pk, second.pk]).with_article_counts()
    assert {row.pk: row.published for row in counted} == {first.pk: 0, second.pk: 2}
    sources.filter(pk=first.pk).update(merged_into=second)
    assert sources.by_name("البعيدة") is None and sources.by_mark("ب ع") == second
    assert sources.by_domain("http.example") is None and sources.by_domain("news.http.example") == second
    assert list(counted.public()) == list(counted.standing()) == [second]
    Tally.objects.update_or_create(kind="archive", key=0, defaults={"articles": 5_000})
    Tally.objects.update_or_create(kind="source", key=second.pk, defaults={"articles": 12})
    counted = sources.filter(pk__in=[first.pk, second.pk]).with_article_counts()
    assert {row.pk: row.published for row in counted} == {first.pk: 0, second.pk: 12}


@pytest.mark.parametrize(
    ("words", "kept", "refused"),
    [
        (["ا", "ب"], ["ا", "ب"], ""),
        (["ا ", "  ا", "ب  ج", ""], ["ا", "ب ج"], ""),
        (["ا", "ا"], ["ا"], "كلمتين"),
        ([], [], "كلمتين"),
        (None, [], "كلمتين"),
        (["ا", "«»", "ب"], ["ا", "«»", "ب"], "«»"),
        ([" ", "ا", "ب", "ج"], ["ا", "ب", "ج"], ""),
    ],
)
def test_synonyms_are_at_least_two_words(words: list[str] | None, kept: list[str], refused: str) -> None:
    row = SynonymSet(words=words)
    with pytest.raises(ValidationError, match=refused) if refused else nullcontext():
        row.clean()
    assert row.words == kept and len(row.folded) == len(kept)


def test_a_stored_set_of_synonyms_is_folded_anew() -> None:
    row = SynonymSet.objects.create(words=["أحمد", "بكر"])
    row.words = ["إبراهيم", "أحمد"]
    row.save()
    assert SynonymSet.objects.get(pk=row.pk).folded == ["ابراهيم", "احمد"] and str(row) == "إبراهيم = أحمد"
