"""A merge or a split loses no fact, no name and no decision, and shows nothing that was hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from articles.curation.merging import (
    MergeError,
    count_common_articles,
    give_names,
    merge_actors,
    merge_events,
    merge_sources,
    moves,
    split_actor,
)
from articles.models import (
    Actor,
    Alias,
    Article,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    Source,
)  # fmt: skip

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]
BODY = "التقى زيد وعمرو زيدا آخر."


def actor(name: str, *aliases: str, **fields: Any) -> Actor:
    row = Actor.objects.create(name=name, kind="person", **fields)
    for alias in aliases:
        Alias.objects.create(actor=row, name=alias, kind="spelling")
    return row


def event(title: str, **fields: Any) -> Event:
    return Event.objects.create(title=title, kind="meeting", **fields)


def mention(article: Article, of: Actor, *names: str, **fields: Any) -> Mention:
    spans = sorted([article.body.index(name), article.body.index(name) + len(name)] for name in names)
    return Mention.objects.create(
        article=article, actor=of, spans=spans, quotes=[article.body[s:e] for s, e in spans], **fields
    )


@pytest.mark.parametrize("of", ["gone", "survivor"])
@pytest.mark.parametrize(
    ("state", "other", "stays"),
    [
        ("confirmed", "suggested", "confirmed"),
        ("confirmed", "rejected", "confirmed"),
        ("rejected", "suggested", "rejected"),
        ("suggested", "suggested", "suggested"),
        ("rejected", "rejected", "rejected"),
        ("confirmed", "confirmed", "confirmed"),
    ],
)
def test_of_two_facts_the_weightier_decision_stays_with_its_editor(
    make_article: MakeArticle, django_user_model: Any, of: str, state: str, other: str, stays: str
) -> None:
    """A confirmation outweighs a rejection, and a rejection a suggestion, whichever row is merged."""
    editor = django_user_model.objects.create(username="muharrir")
    article, gone, survivor = make_article(body=BODY), actor("عمرو بعيد"), actor("زيد بعيد")
    states = {of: state, "survivor" if of == "gone" else "gone": other}
    decided = {"reviewed_by": editor} if state != "suggested" else {}
    mention(article, gone, "عمرو", state=states["gone"], **(decided if of == "gone" else {}))
    mention(article, survivor, "زيد", state=states["survivor"], **(decided if of == "survivor" else {}))
    merge_actors(gone, survivor)
    (row,) = Mention.objects.filter(article=article)
    assert (row.actor, row.state, row.quotes) == (survivor, stays, ["زيد", "عمرو"])
    if state != other:
        assert row.reviewed_by == decided.get("reviewed_by")


def test_of_two_equal_decisions_the_reviewer_of_the_row_that_stays_is_kept(
    make_article: MakeArticle, django_user_model: Any
) -> None:
    editors = [django_user_model.objects.create(username=name) for name in ("ana", "hiya")]
    article, gone, survivor = make_article(body=BODY), actor("عمرو بعيد"), actor("زيد بعيد")
    mention(article, gone, "عمرو", reviewed_by=editors[0])
    mention(article, survivor, "زيد", reviewed_by=editors[1])
    merge_actors(gone, survivor)
    assert Mention.objects.get(article=article).reviewed_by == editors[1]


@pytest.mark.parametrize(
    ("gone", "survivor", "stays"),
    [
        ({"state": "confirmed"}, {"state": "suggested"}, ("confirmed", False)),
        ({"state": "suggested"}, {"state": "confirmed"}, ("confirmed", False)),
        ({"state": "suggested"}, {"state": "suggested"}, ("suggested", False)),
        ({"state": "confirmed"}, {"state": "rejected"}, ("rejected", False)),
        ({"state": "rejected"}, {"state": "suggested"}, ("suggested", False)),
        ({"withheld": True}, {}, ("confirmed", True)),
        ({}, {"withheld": True}, ("confirmed", True)),
        ({"withheld": True, "state": "confirmed"}, {"state": "suggested"}, ("confirmed", True)),
    ],
)
@pytest.mark.parametrize("noun", ["actor", "event"])
def test_what_the_survivor_takes_over(
    noun: str, gone: dict[str, Any], survivor: dict[str, Any], stays: tuple[str, bool]
) -> None:
    """A merge never shows what was withheld, and a confirmation of either row holds."""
    make, merge = (actor, merge_actors) if noun == "actor" else (event, merge_events)
    rows: list[Any] = [make("الأول البعيد", **gone), make("الثاني البعيد", **survivor)]
    merge(*rows)
    for row in rows:
        row.refresh_from_db()
    assert (rows[1].state, rows[1].withheld, rows[0].merged_into) == (*stays, rows[1])


def test_a_merge_of_actors_moves_each_dependent_row_once(make_article: MakeArticle) -> None:
    article, other_article = make_article(body=BODY), make_article(body=BODY)
    # An alias may be the canonical name in another spelling.
    gone, survivor = actor("عمرو بعيد", "ابن زيد", "عَمرو بعيد"), actor("زيد بعيد", "اِبن زيد")
    third = actor("ثالث بعيد", "ثالث")
    first, second = event("لقاء بعيد"), event("لقاء أبعد")
    mention(article, gone, "عمرو")
    mention(other_article, third, "زيد")
    for row, of, role in ((first, gone, "host"), (first, survivor, "host"), (second, gone, "speaker"), (second, third, "host")):  # fmt: skip
        Participation.objects.create(event=row, actor=of, role=role)
    Participation.objects.create(event=first, actor=gone, role="speaker")
    figures = [
        Figure.objects.create(article=article, actor=of, value=number, quote=str(number))
        for number, of in enumerate((gone, survivor, third), 1)
    ]
    assert moves(gone) == {"أسماء أخرى": 2, "مقالات تذكره": 1, "مشاركات": 3, "أرقام": 1}
    merge_actors(gone, survivor)
    assert sorted(survivor.aliases.values_list("name", flat=True)) == ["اِبن زيد", "عَمرو بعيد"]
    assert [row.actor for row in Mention.objects.filter(article__in=[article, other_article]).order_by("article")] == [
        survivor, third,
    ]  # fmt: skip
    assert sorted(Participation.objects.filter(event__in=[first, second]).values_list("event", "actor", "role")) == sorted(
        [(first.pk, survivor.pk, "host"), (first.pk, survivor.pk, "speaker"), (second.pk, survivor.pk, "speaker"),
         (second.pk, third.pk, "host")]
    )  # fmt: skip
    assert [Figure.objects.get(pk=row.pk).actor for row in figures] == [survivor, survivor, third]
    assert moves(gone) == {"أسماء أخرى": 0, "مقالات تذكره": 0, "مشاركات": 0, "أرقام": 0}
    assert third.aliases.count() == 1


def test_a_merge_of_events_moves_each_dependent_row_once(make_article: MakeArticle) -> None:
    article, other_article = make_article(body=BODY), make_article(body=BODY)
    gone, survivor, third = event("لقاء بعيد"), event("لقاء أبعد"), event("لقاء الأبعدين")
    guest, host = actor("عمرو بعيد"), actor("زيد بعيد")
    for row, of in ((article, gone), (article, survivor), (other_article, gone), (other_article, third)):
        Coverage.objects.create(article=row, event=of)
    for of, who, role in (
        (gone, guest, "host"),
        (survivor, guest, "host"),
        (gone, host, "host"),
        (third, host, "host"),
    ):
        Participation.objects.create(event=of, actor=who, role=role)
    figures = [
        Figure.objects.create(article=article, event=of, value=number, quote=str(number))
        for number, of in enumerate((gone, third), 1)
    ]
    assert (
        count_common_articles(gone, survivor) == 1
        and count_common_articles(survivor, gone) == 1
        and count_common_articles(survivor, third) == 0
    )
    assert moves(gone) == {"مقالات تغطيها": 2, "مشاركات": 2, "أرقام": 1}
    merge_events(gone, survivor)
    covered = Coverage.objects.filter(article__in=[article, other_article]).values_list("article", "event")
    assert sorted(covered) == sorted(
        [(article.pk, survivor.pk), (other_article.pk, survivor.pk), (other_article.pk, third.pk)]
    )
    assert sorted(Participation.objects.filter(actor__in=[guest, host]).values_list("event", "actor")) == sorted(
        [(survivor.pk, guest.pk), (survivor.pk, host.pk), (third.pk, host.pk)]
    )
    assert [Figure.objects.get(pk=row.pk).event for row in figures] == [survivor, third]


def test_a_merge_of_events_shows_what_their_figures_contradict(make_article: MakeArticle) -> None:
    gone, survivor, measure = event("لقاء بعيد"), event("لقاء أبعد"), Measure.objects.create(label="دول بعيدة")
    for number, of in (("7", gone), ("8", gone), ("9", survivor)):
        Figure.objects.create(
            article=make_article(body=number), event=of, measure=measure, value=number, quote=number, start=0, end=1
        )
    Contradiction.objects.refresh([gone.pk, survivor.pk])
    rows = Contradiction.objects.filter(event__in=[gone, survivor])
    assert [row.event for row in rows] == [gone]
    merge_events(gone, survivor)
    assert [row.event for row in rows.all()] == [survivor]


def test_a_merge_of_sources_moves_each_domain_and_mark_once(make_article: MakeArticle) -> None:
    gone = Source.objects.create(name="بعيد", domains=["a.example", "b.example"], marks=["ب ع", "ب ب"])
    survivor = Source.objects.create(name="أبعد", domains=["b.example", "c.example"], marks=["ب ب"])
    article, left = make_article(source=gone), make_article()
    assert moves(gone) == {"مقالات": 1, "نطاقات": 2, "توقيعات": 2} and count_common_articles(gone, survivor) == 0
    merge_sources(gone, survivor)
    gone.refresh_from_db()
    survivor.refresh_from_db()
    assert (survivor.domains, survivor.marks) == (["b.example", "c.example", "a.example"], ["ب ب", "ب ع"])
    assert (gone.domains, gone.marks, gone.merged_into) == ([], [], survivor)
    assert Article.objects.get(pk=article.pk).source == survivor and Article.objects.get(pk=left.pk).source is None


def source(name: str) -> Source:
    return Source.objects.create(name=name)


@pytest.mark.parametrize(("make", "merge"), [(actor, merge_actors), (event, merge_events), (source, merge_sources)])
def test_nothing_is_merged_into_itself_or_twice(make: Any, merge: Any) -> None:
    first, second, third = (make(f"بعيد {word}") for word in ("أول", "ثان", "ثالث"))
    with pytest.raises(MergeError, match="في نفسه"):
        merge(first, first)
    merge(first, second)
    for pair in ((first, third), (third, first)):
        with pytest.raises(MergeError, match="من قبل"):
            merge(*pair)
    third.refresh_from_db()
    assert third.merged_into is None


@pytest.mark.parametrize("quotes", [["عمرو"], ["زيد", "عمرو"], ["زيد"]])
def test_a_split_takes_the_spans_of_the_moved_names(make_article: MakeArticle, quotes: list[str]) -> None:
    article, old = make_article(body=BODY), actor("زيد", "عمرو", "عمر", country="المغرب", withheld=True)
    mention(article, old, *quotes, state="confirmed", role="وزير")
    new = split_actor(old, list(old.aliases.filter(name__in=["عمرو", "عمر"])), "عمرو")
    assert (new.name, new.kind, new.country, new.state, new.withheld) == ("عمرو", "person", "المغرب", "confirmed", True)
    assert [*old.aliases.values_list("name", flat=True)] == []
    assert [*new.aliases.values_list("name", flat=True)] == ["عمر"]
    owners = {of: [quote for quote in quotes if (quote == "عمرو") == (of == new)] for of in (old, new)}
    rows = Mention.objects.filter(article=article)
    assert {row.actor: row.quotes for row in rows} == {of: names for of, names in owners.items() if names}
    for row in rows:
        assert (row.state, row.role) == ("confirmed", "وزير")
        assert row.quotes == [article.body[start:end] for start, end in row.spans]


def test_a_split_needs_a_name_of_its_own() -> None:
    old = actor("زيد", "عمرو", "زَيد")
    with pytest.raises(MergeError, match="من الأسماء المنقولة"):
        split_actor(old, list(old.aliases.filter(name="عمرو")), "بكر")
    # A name that another actor has needs a distinction too.
    actor("عَمرو")
    with pytest.raises(ValidationError, match="يوجد فاعل"):
        split_actor(old, list(old.aliases.filter(name="عمرو")), "عمرو")
    same = list(old.aliases.filter(name="زَيد"))
    with pytest.raises(MergeError, match="تمييزا"):
        split_actor(old, same, "زَيد")
    new = split_actor(old, same, "زَيد", "الشاعر", "civil")
    assert (new.folded_name, new.distinction, new.kind) == (old.folded_name, "الشاعر", "civil")


def test_names_are_given_to_another_actor(make_article: MakeArticle) -> None:
    article = make_article(body=BODY)
    old, owner = actor("بعيد", "زيد", "عمرو", "أبعد"), actor("عمرو", "زَيد")
    mention(article, old, "زيد", "عمرو", state="confirmed")
    give_names(old, list(old.aliases.filter(name__in=["زيد", "عمرو", "أبعد"])), owner)
    assert sorted(owner.aliases.values_list("name", flat=True)) == ["أبعد", "زَيد"] and not old.aliases.exists()
    (row,) = Mention.objects.filter(article=article)
    assert (row.actor, row.quotes, row.state) == (owner, ["زيد", "عمرو"], "confirmed")
    with pytest.raises(MergeError):
        give_names(owner, [], owner)


def test_given_names_join_the_mention_that_the_other_actor_has(make_article: MakeArticle) -> None:
    article = make_article(body=BODY)
    old, owner = actor("بعيد", "زيد", "عمرو"), actor("أبعد")
    mention(article, old, "زيد", "عمرو", state="confirmed")
    mention(article, owner, "آخر", state="suggested")
    give_names(old, list(old.aliases.filter(name="عمرو")), owner)
    rows = {row.actor: (row.quotes, row.state) for row in Mention.objects.filter(article=article)}
    assert rows == {old: (["زيد"], "confirmed"), owner: (["عمرو", "آخر"], "confirmed")}
