"""Which stored or new events the articles of a batch report, and which stored actors their unknown names mean."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from articles.arabic.reading import Reading
from articles.extract import naming
from articles.extract.analysis import analyse
from articles.extract.authority import Authority
from articles.extract.process import suggest, suggest_all
from articles.extract.subject import Subject
from articles.models import Actor, Alias, Article, Event, Figure, Fingerprint, Mention, Reprint

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]
TITLE = "مسقط تستضيف المؤتمر الخامس حول أمن السواحل"
BODY = "استضافت مسقط يوم 7 شباط 2023 المؤتمر الخامس حول أمن السواحل بمشاركة 40 دولة."
DAY = date(2023, 2, 8)
GUEST = "، وحضرته هيئة السواحل العليا."


def event_of(article: Article) -> Event:
    return article.coverages.get().event


@pytest.mark.parametrize(
    ("title", "body", "is_same"),
    [
        (TITLE, BODY, True),
        (TITLE, BODY.replace("7 شباط", "11 شباط"), True),
        (TITLE, BODY.replace("7 شباط", "3 شباط"), True),
        (TITLE, BODY.replace("7 شباط", "12 شباط"), False),
        (TITLE, BODY.replace("7 شباط", "2 شباط"), False),
        (TITLE, BODY.replace("2023", "2022"), False),
        (TITLE.replace("مسقط", "روما"), BODY.replace("مسقط", "روما"), False),
        ("مسقط تستضيف مؤتمر صيد الأسماك", "استضافت مسقط يوم 7 شباط 2023 مؤتمر صيد الأسماك.", False),
        # Another name of it, but the same guest.
        ("لقاء صيد الأسماك", f"شهدت مسقط يوم 7 شباط 2023 لقاء صيد الأسماك{GUEST}", True),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_articles_of_one_batch_are_compared_as_if_stored_one_after_another(
    make_article: MakeArticle, title: str, body: str, is_same: bool, at_once: bool
) -> None:
    Actor.objects.create(name="هيئة السواحل العليا", kind="organisation", state="confirmed")
    authority = Authority.load()
    articles = [make_article(TITLE, BODY[:-1] + GUEST, DAY), make_article(title, body, DAY)]
    subjects = [
        Subject(article, analyse(article.title, Reading(article.body), article.published, authority), is_new=True)
        for article in articles
    ]
    for batch in [subjects] if at_once else [[subject] for subject in subjects]:
        suggest_all(batch, authority)
    first, second = articles
    assert (event_of(first) == event_of(second)) == is_same
    assert second.coverages.get().rule.startswith("event.same_") == is_same


CONFERENCE = "انعقد في مسقط يوم 7 شباط 2023 المؤتمر الخامس حول أمن السواحل."
SUMMIT = "وتنعقد في مسقط يوم 3 تموز 2023 القمة العربية حول صيد الأسماك."


@pytest.mark.parametrize("sentence", [CONFERENCE, SUMMIT])
def test_an_article_of_two_events_finds_the_stored_one_whichever_it_is(
    make_article: MakeArticle, sentence: str
) -> None:
    stored = make_article("خبر", sentence, DAY)
    suggest(stored, Authority.load())
    both = make_article("خبر آخر", f"{CONFERENCE} {SUMMIT}", DAY)
    suggest(both, Authority.load())
    assert event_of(both) == event_of(stored)


@pytest.mark.parametrize(("is_shared", "state", "is_kept"), [(False, "suggested", True), (True, "suggested", False), (False, "confirmed", False)])  # fmt: skip
def test_the_event_of_one_article_stays_its_own_when_the_article_changes(
    make_article: MakeArticle, is_shared: bool, state: str, is_kept: bool
) -> None:
    """An event that other articles report too, or that an editor confirmed, is not the event of another year."""
    article = make_article(TITLE, BODY, DAY)
    suggest(article, Authority.load())
    event = event_of(article)
    if is_shared:
        suggest(make_article(TITLE, BODY, DAY), Authority.load())
    Event.objects.filter(pk=event.pk).update(state=state)
    article.body = BODY.replace("2023", "2021")
    article.save()
    suggest(article, Authority.load())
    assert (event_of(article) == event) == is_kept
    assert Event.objects.filter(pk=event.pk).exists()


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ([], "new"),
        ([{"state": "suggested"}], "stored"),
        ([{"state": "confirmed"}], "stored"),
        # Of an actor that an editor rejected, or of two actors of that name, no mention is suggested.
        ([{"state": "rejected"}], None),
        ([{"state": "suggested"}, {"state": "suggested"}], None),
        ([{"state": "suggested"}, {"state": "rejected"}], None),
        ([{"state": "suggested", "merged": True}], "new"),
        ([{"state": "suggested", "merged": True}, {"state": "suggested"}], "stored"),
        # A name that texts are not searched for still is a name.
        ([{"state": "confirmed", "alias": True}], "stored"),
        ([{"state": "rejected", "alias": True}], None),
        ([{"state": "suggested", "alias": True, "merged": True}], "new"),
        ([{"state": "confirmed", "alias": True}, {"state": "suggested"}], None),
    ],
)
def test_the_actor_that_an_unknown_name_means(
    make_article: MakeArticle, stored: list[dict[str, Any]], named: str | None
) -> None:
    other = Actor.objects.create(name="شخص آخر تماما", kind="person", state="confirmed")
    actors = []
    for number, fields in enumerate(stored):
        is_alias = fields.get("alias", False)
        actor = Actor.objects.create(
            name=f"الشخص {number}" if is_alias else "سامي واكوما", distinction=str(number), kind="person", state=fields["state"]
        )  # fmt: skip
        if is_alias:
            Alias.objects.create(actor=actor, name="سامي واكوما", kind="other", found_in_text=False)
        if fields.get("merged"):
            Actor.objects.filter(pk=actor.pk).update(merged_into=other)
        else:
            actors.append(actor)
    # The rules take a confirmed actor's own name from the authority, so only other names are unknown.
    article = make_article("خبر", "قال وزير الدفاع الكيني سامي واكوما إن الأمن مستتب.")
    suggest(article, Authority.load())
    mentions = list(Mention.objects.filter(article=article).exclude(actor=other))
    assert [mention.actor in actors for mention in mentions] == ([] if named is None else [named == "stored"])
    if named == "new":
        assert (mentions[0].actor.state, mentions[0].actor.description) == ("suggested", "وزير الدفاع الكيني")


def test_the_stored_figures_of_a_sentence(make_article: MakeArticle) -> None:
    """How sure a figure is depends on how its text states what it counts; the surest are reviewed last."""
    article = make_article(
        "خبر", "بلغ 15 في المئة، وكلف 20 دولارا، وحضر 30 وزيرا. وغاب 40 من الوزراء، 50 منهم نواب. وأصيب 60.", DAY
    )
    suggest(article, Authority.load())
    scores = {
        int(value): score for value, score in Figure.objects.filter(article=article).values_list("value", "score")
    }
    assert scores == {15: 0.95, 20: 0.95, 30: 0.85, 40: 0.75, 50: 0.75, 60: 0.6}


VOCABULARY = [f"{a}{b}{c}" for a in "حدرصطع" for b in "ثخذضظغ" for c in "جحشقطز"]
STORY, OTHER = " ".join(VOCABULARY[:60]), " ".join(VOCABULARY[100:160])


@pytest.mark.parametrize("sizes", [(4,), (1, 3), (2, 2), (3, 1), (1, 1, 1, 1)])
def test_reprints_are_the_same_whatever_the_batches(make_article: MakeArticle, sizes: tuple[int, ...]) -> None:
    authority = Authority.load()
    articles = [
        make_article(f"م{number}", body) for number, body in enumerate((STORY, OTHER, f"{STORY} وزيادة", STORY))
    ]
    subjects = [
        Subject(article, analyse("", Reading(article.body), article.published, authority), is_new=True)
        for article in articles
    ]
    for size in sizes:
        suggest_all([subjects.pop(0) for _ in range(size)], authority)
    first, _, longer, same = articles
    rows = Reprint.objects.order_by("article").values_list("article", "original", "rule", "state")
    assert list(rows) == [
        (longer.pk, first.pk, "reprint.shingles", "suggested"), (same.pk, first.pk, "reprint.same_text", "suggested"),
    ]  # fmt: skip
    scores = list(Reprint.objects.order_by("article").values_list("score", flat=True))
    assert scores == [1.0, 1.0] and Fingerprint.objects.filter(article__in=articles).count() == 4


@pytest.mark.parametrize(
    ("most_linked", "most_read", "linked", "has_more"),
    [(3, 5, 3, True), (4, 5, 4, False), (2, 5, 2, True), (5, 3, 2, True), (5, 4, 3, True)],
)
def test_the_articles_that_would_name_an_actor(
    make_article: MakeArticle,
    monkeypatch: pytest.MonkeyPatch,
    most_linked: int,
    most_read: int,
    linked: int,
    has_more: bool,
) -> None:
    """The newest come first, of as many as a request can bring up to date; the second newest does not name the actor."""
    monkeypatch.setattr(naming, "MOST_LINKED", most_linked)
    monkeypatch.setattr(naming, "_MOST_READ", most_read)
    actor = Actor.objects.create(name="هيئة السواحل العليا", kind="civil", state="confirmed")
    body = "كلام " * 30 + "قال مجلس المرفأ البعيد كلمة" + " كلام" * 30
    made = [make_article(f"م{number}", body, date(2023, 1, 1 + number)) for number in range(5)]
    Article.objects.filter(pk=made[3].pk).update(body="مجلس بلا مرفأ")
    named = make_article("م", body, DAY)
    Mention.objects.create(article=named, actor=actor, state="rejected")
    holding_words = Article.objects.filter(pk__in=[article.pk for article in (*made, named)])
    holders = naming.would_name(actor, "مجلس المرفأ البعيد", holding_words)
    newest = [made[place] for place in (4, 2, 1, 0)]
    assert [article for article, _ in holders.articles] == newest[:linked] and holders.has_more == has_more
    for _, around in holders.articles:
        before, _, after = around.partition("مجلس المرفأ البعيد")
        assert len(before) == len(after) == 60 and before.endswith("قال ")
