"""Which event an article is said to report, which article it reprints, and what of an editor's decisions lasts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from articles.arabic.words import words
from articles.extract.authority import Authority
from articles.extract.fingerprints import SHORTEST_TEXT, fingerprint, is_reprint, shingles_of
from articles.extract.process import suggest
from articles.models import Actor, Alias, ArchiveDate, Article, Coverage, Event, Figure, Mention, Participation, Reprint

pytestmark = pytest.mark.django_db

Suggested = Callable[..., Article]
TITLE = "مسقط تستضيف المؤتمر الخامس حول أمن السواحل"
SUMMIT = "القمة العربية في بغداد", "عقدت القمة العربية في بغداد يوم 3 آذار 2023."
BODY = "استضافت مسقط يوم 7 شباط 2023 المؤتمر الخامس حول أمن السواحل بمشاركة 40 دولة."
# Words without meaning, no two alike, so that shingles can be counted.
VOCABULARY = [f"{a}{b}{c}" for a in "حدرصطع" for b in "ثخذضظغ" for c in "جحشقطز"]
STORY, OTHER = " ".join(VOCABULARY[:60]), " ".join(VOCABULARY[150:])


@pytest.fixture
def suggested(make_article: Callable[..., Article]) -> Suggested:
    def write(title: str = TITLE, body: str = BODY, day: date = date(2023, 2, 8)) -> Article:
        article = make_article(title, body, day)
        suggest(article, Authority.load())
        return article

    return write


def event_of(article: Article) -> Event:
    return article.coverages.get().event


@pytest.mark.parametrize(
    ("title", "body", "is_same"),
    [
        (TITLE, BODY, True),
        (TITLE, BODY.replace("الخامس", "الخامس السنوي"), True),
        (TITLE.replace("الخامس ", ""), BODY.replace("الخامس ", ""), True),
        (TITLE.replace("الخامس", "السادس"), BODY.replace("الخامس", "السادس"), False),
        (TITLE, BODY.replace("7 شباط", "11 شباط"), True),
        (TITLE, BODY.replace("7 شباط", "12 شباط"), False),
        (TITLE, BODY.replace("2023", "2022"), False),
        (TITLE.replace("مسقط", "روما"), BODY.replace("مسقط", "روما"), False),
        ("مسقط تستضيف مؤتمر صيد الأسماك", "استضافت مسقط يوم 7 شباط 2023 مؤتمر صيد الأسماك.", False),
        ("هجوم يهز مسقط", "وقع هجوم في مسقط يوم 7 شباط 2023 استهدف أمن السواحل.", False),
    ],
)
def test_two_reports_are_of_one_event(suggested: Suggested, title: str, body: str, is_same: bool) -> None:
    first = suggested()
    second = suggested(title, body)
    assert (event_of(first) == event_of(second)) == is_same
    assert event_of(first).start == ArchiveDate.on(date(2023, 2, 7))


@pytest.mark.parametrize("at_once", [True, False])
def test_the_new_event_of_a_report(suggested: Suggested, at_once: bool) -> None:
    actor = Actor.objects.create(name="هيئة السواحل العليا", kind="organisation", state="confirmed")
    article = suggested(body=f"{BODY}\n\nوحضرته هيئة السواحل العليا." if at_once else BODY)
    event, coverage = event_of(article), article.coverages.get()
    assert (event.title, event.kind, event.place, event.country) == (
        "المؤتمر الخامس حول أمن السواحل", "conference", "مسقط", "عمان",
    )  # fmt: skip
    assert (event.state, event.rule, event.score) == ("suggested", "event.head_phrase", 0.6)
    assert (coverage.state, coverage.rule, coverage.score) == ("suggested", "event.head_phrase", 0.6)
    participations = Participation.objects.filter(event=event, actor=actor)
    assert list(participations.values_list("role", "state", "rule", "score")) == (
        [("participant", "suggested", "event.named_in_lead", 0.5)] if at_once else []
    )


@pytest.mark.parametrize(
    ("title", "body", "event", "score"),
    [
        ("خبر", "هجوم في باماكو يوم 7 شباط 2023.", "هجوم في باماكو", 0.4),
        ("هجوم دام", "شهدت باماكو هجوما يوم 7 شباط 2023.", "هجوم دام", 0.6),
        ("خبر", "شهدت باماكو هجوما. أدانته.", "هجوم في باماكو", 0.4),
        ("خبر", "شهدت باماكو ونيروبي هجوما. أدانته.", None, None),
        ("إطلاق مبادرة كبرى", "عقدت القمة العربية في بغداد.", "القمة العربية في بغداد", 0.4),
        ("إطلاق مبادرة كبرى", "كلام عام.", "إطلاق مبادرة كبرى", 0.6),
        ("خبر", "عقد مؤتمرا دوليا حول الأمن.", "مؤتمر دولي حول الأمن", 0.4),
        ("خبر", "عقد المؤتمر.", None, None),
        ("خبر", "كلام عام.", None, None),
    ],
)
def test_only_a_phrase_that_names_an_event_in_full_makes_one(
    suggested: Suggested, title: str, body: str, event: str | None, score: float | None
) -> None:
    coverage = suggested(title, body).coverages.select_related("event").first()
    assert (coverage and coverage.event.title, coverage and coverage.event.score) == (event, score)


def test_a_place_stands_with_an_event_only_if_it_is_the_only_one(suggested: Suggested) -> None:
    event = event_of(suggested("خبر", "عقد مؤتمر أمن السواحل بين الرباط ومراكش.", date(2023, 2, 8)))
    assert (event.place, event.country) == ("", "المغرب")
    event = event_of(suggested("خبر", "عقد مؤتمر صيد الأسماك بين روما وبغداد.", date(2023, 2, 8)))
    assert (event.place, event.country) == ("", "")


@pytest.mark.parametrize(
    ("state", "covered", "new_events"),
    [("suggested", True, 0), ("confirmed", True, 0), ("rejected", False, 0)],
)
def test_what_an_editor_said_of_the_event(suggested: Suggested, state: str, covered: bool, new_events: int) -> None:
    event = event_of(suggested())
    Event.objects.filter(pk=event.pk).update(state=state)
    before = Event.objects.count()
    article = suggested("مسقط: المؤتمر الخامس حول أمن السواحل")
    assert article.coverages.filter(event=event).exists() == covered
    assert Event.objects.count() - before == new_events


def test_a_merged_event_is_no_longer_suggested(suggested: Suggested) -> None:
    event = event_of(suggested())
    into = Event.objects.create(title="مؤتمر آخر تماما", kind="conference", state="confirmed")
    Event.objects.filter(pk=event.pk).update(merged_into=into)
    assert event_of(suggested("مسقط: المؤتمر الخامس حول أمن السواحل")) != event


@pytest.mark.parametrize(
    ("state", "is_kept", "reported"),
    [("suggested", False, 1), ("confirmed", True, 2), ("rejected", True, 2)],
)
def test_a_reviewed_coverage_outlives_another_text(
    suggested: Suggested, state: str, is_kept: bool, reported: int
) -> None:
    summit = event_of(suggested(*SUMMIT))
    article = suggested()
    coverage, event = article.coverages.get(), event_of(article)
    Coverage.objects.filter(pk=coverage.pk).update(state=state)
    article.title, article.body = SUMMIT
    article.save()
    suggest(article, Authority.load())
    assert Coverage.objects.filter(pk=coverage.pk, state=state).exists() == is_kept
    # A suggested event that no article reports any more goes.
    assert Event.objects.filter(pk=event.pk).exists() == is_kept
    assert article.coverages.filter(event=summit, state="suggested").exists()
    assert article.coverages.count() == reported


def test_a_confirmed_event_outlives_its_last_suggested_coverage(suggested: Suggested) -> None:
    article = suggested()
    event = event_of(article)
    Event.objects.filter(pk=event.pk).update(state="confirmed")
    article.title, article.body = "خبر", "كلام عام."
    article.save()
    suggest(article, Authority.load())
    assert not article.coverages.exists() and Event.objects.filter(pk=event.pk).exists()


def test_the_figures_are_of_the_confirmed_event(suggested: Suggested) -> None:
    other = Event(title="اجتماع السواحل", kind="meeting", state="confirmed")
    other.start = ArchiveDate.on(date(2023, 2, 7))
    other.save()
    article = suggested()
    assert article.figures.get().event == event_of(article)
    Coverage.objects.create(article=article, event=other, state="confirmed")
    suggest(article, Authority.load())
    assert article.figures.get().event == other


@pytest.mark.parametrize(("state", "is_shared"), [("suggested", True), ("confirmed", True), ("rejected", False)])
def test_a_participant_that_an_editor_rejected_finds_no_event(
    suggested: Suggested, state: str, is_shared: bool
) -> None:
    """The two reports call the conference by other names; only who took part says that they mean one."""
    actor = Actor.objects.create(name="هيئة السواحل العليا", kind="organisation", state="confirmed")
    body = f"{BODY[:-1]}، وحضرته هيئة السواحل العليا."
    event = event_of(suggested(body=body))
    Participation.objects.filter(event=event, actor=actor).update(state=state)
    second = suggested("لقاء صيد الأسماك", "شهدت مسقط يوم 7 شباط 2023 لقاء صيد الأسماك وحضرته هيئة السواحل العليا.")
    assert (event_of(second) == event) == is_shared


# Mentions


@pytest.mark.parametrize(
    ("name", "state", "in_text", "is_mentioned"),
    [
        ("سالم الغافري", "confirmed", True, True),
        ("سالم الغافري", "suggested", True, False),
        ("سالم الغافري", "rejected", True, False),
        ("سالم الغافري", "confirmed", False, False),
    ],
)
def test_only_names_of_confirmed_actors_that_may_be_searched_are_mentions(
    make_article: Callable[..., Article], name: str, state: str, in_text: bool, is_mentioned: bool
) -> None:
    actor = Actor.objects.create(name="المدير العام للمرفأ البعيد", kind="person", state=state)
    Alias.objects.create(actor=actor, name=name, kind="other", found_in_text=in_text)
    article = make_article("خبر", f"قال {name} كلاما.")
    suggest(article, Authority.load())
    assert article.mentions.filter(actor=actor).exists() == is_mentioned


@pytest.mark.parametrize(("state", "is_kept"), [("suggested", False), ("confirmed", True), ("rejected", True)])
def test_a_mention_whose_name_left_the_text(make_article: Callable[..., Article], state: str, is_kept: bool) -> None:
    actor = Actor.objects.create(name="سالم الغافري", kind="person", state="confirmed")
    article = make_article("خبر", "قال سالم الغافري كلاما. وسكت سالم الغافري بعدها.")
    suggest(article, Authority.load())
    Mention.objects.filter(article=article, actor=actor).update(state=state, role="دور كتبه محرر")
    article.body = "مقدمة. وسكت سالم الغافري بعدها."
    article.save()
    suggest(article, Authority.load())
    mention = Mention.objects.get(article=article, actor=actor)
    assert (mention.state, mention.quotes, mention.role) == (state, ["سالم الغافري"], "دور كتبه محرر")
    assert [article.body[start:end] for start, end in mention.spans] == mention.quotes
    article.body = "لا أحد."
    article.save()
    suggest(article, Authority.load())
    mentions = Mention.objects.filter(article=article, actor=actor)
    assert list(mentions.values_list("state", "spans", "quotes")) == ([(state, [], [])] if is_kept else [])


def test_a_name_that_only_an_editor_saw_stays_beside_those_of_the_rules(make_article: Callable[..., Article]) -> None:
    actor = Actor.objects.create(name="سالم الغافري", kind="person", state="confirmed")
    article = make_article("خبر", "قال سالم الغافري كلاما. الشيخ تكلم.")
    mention = Mention.objects.create(
        article=article, actor=actor, spans=[[24, 29]], quotes=["الشيخ"], state="confirmed"
    )  # fmt: skip
    suggest(article, Authority.load())
    mention.refresh_from_db()
    assert (mention.quotes, mention.state) == (["سالم الغافري", "الشيخ"], "confirmed")
    assert [article.body[start:end] for start, end in mention.spans] == mention.quotes


# Figures


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ("suggested", []),
        ("confirmed", [(None, "40 دولة", "confirmed")]),
        ("rejected", [(None, "40 دولة", "rejected")]),
    ],
)
def test_a_figure_whose_words_left_the_text(suggested: Suggested, state: str, left: list[Any]) -> None:
    article = suggested()
    Figure.objects.filter(article=article).update(state=state)
    article.body = BODY.replace("بمشاركة 40 دولة", "بمشاركة واسعة")
    article.save()
    suggest(article, Authority.load())
    assert list(article.figures.values_list("start", "quote", "state")) == left


def test_figures_that_swap_their_places_stay_themselves(suggested: Suggested) -> None:
    article = suggested(body="حضر 40 وزيرا وغاب 50 خبيرا.")
    keys = dict(article.figures.values_list("quote", "pk"))
    article.body = "غاب 50 خبيرا وحضر 40 وزيرا."
    article.save()
    suggest(article, Authority.load())
    assert dict(article.figures.values_list("quote", "pk")) == keys
    assert all(article.body[figure.start : figure.end] == figure.quote for figure in article.figures.all())


@pytest.mark.parametrize(
    ("title", "body", "quote", "is_of_event"),
    [
        (TITLE, BODY, "40 دولة", True),
        (TITLE, BODY.replace("بمشاركة", "وصدرت"), "40 دولة", False),
        (TITLE, f"{BODY[:-1]} خلال مارس 2023.", "40 دولة", True),
        (TITLE, f"{BODY[:-1]} منذ سنة 2002.", "40 دولة", False),
        ("هجوم باماكو", "هجوم باماكو يوم 7 شباط 2023 أدى إلى مقتل 40 شخصا.", "40 شخصا", True),
        ("هجوم باماكو", "هجوم باماكو يوم 7 شباط 2023 تابعه 40 شخصا.", "40 شخصا", False),
        ("هجوم باماكو", "هجوم باماكو يوم 7 شباط 2023 بمشاركة 40 شخصا.", "40 شخصا", False),
        (TITLE, f"{BODY[:28]} المؤتمر الخامس حول أمن السواحل بعد مقتل 40 شخصا.", "40 شخصا", False),
    ],
)
def test_which_figures_are_of_the_event(
    suggested: Suggested, title: str, body: str, quote: str, is_of_event: bool
) -> None:
    article = suggested(title, body)
    figure = article.figures.get(quote__endswith=quote)
    assert figure.event == (event_of(article) if is_of_event else None)


@pytest.mark.parametrize(
    ("clause", "scope"),
    [
        ("شاركت 40 دولة.", ""),
        ("شاركت 40 دولة من إفريقيا في نيروبي.", "نيروبي"),
        ("شاركت 40 دولة في مسقط.", ""),
        ("شاركت 40 دولة في عُمان.", ""),
        ("من المتوقع أن تشارك 40 دولة.", "متوقع"),
        ("من المتوقع أن تشارك 40 دولة في نيروبي.", "متوقع، نيروبي"),
        ("شاركت 40 دولة، في نيروبي.", ""),
    ],
)
def test_the_scope_of_a_figure(suggested: Suggested, clause: str, scope: str) -> None:
    article = suggested(body=f"{BODY.replace('40 دولة', 'دول')} {clause}")
    assert article.figures.get(value=40).scope == scope


# Reprints


@pytest.mark.parametrize(
    ("changed", "is_alike"),
    [(0, True), (1, True), (6, True), (7, False), (12, False)],
)
def test_so_many_words_may_be_changed_in_a_reprint(changed: int, is_alike: bool) -> None:
    text = STORY.split()
    # Every change of a word alone changes three of the 58 shingles.
    other = [
        VOCABULARY[100 + place] if place % 4 == 2 and place // 4 < changed else word for place, word in enumerate(text)
    ]
    assert len(shingles_of(STORY)) == 58
    assert is_reprint(shingles_of(" ".join(text)), shingles_of(" ".join(other)))[0] == is_alike


def test_a_short_text_inside_a_long_one_is_a_reprint_from_twenty_shingles_on() -> None:
    whole = shingles_of(STORY)
    assert is_reprint(whole, shingles_of(" ".join(STORY.split()[:22]))) == (True, 1.0)
    is_alike, score = is_reprint(whole, shingles_of(" ".join(STORY.split()[:21])))
    assert not is_alike and score < 0.5
    assert is_reprint(whole, frozenset()) == (False, 0)


def test_a_text_has_bands_from_twenty_words_on() -> None:
    of_words = words(STORY)
    assert fingerprint(of_words[: SHORTEST_TEXT - 1]).bands == ()
    assert fingerprint(of_words[:SHORTEST_TEXT]).bands
    assert fingerprint(of_words) == fingerprint(words(STORY.replace(" ", "، ")))
    assert fingerprint(of_words).text_hash != fingerprint(of_words[::-1]).text_hash


def test_a_reprint_of_a_reprint_hangs_on_the_first(suggested: Suggested) -> None:
    """The third shares with the second what the second added, and hardly anything with the first."""
    middle, end = " ".join(VOCABULARY[60:120]), " ".join(VOCABULARY[120:])
    first = suggested("أول", f"{STORY} {middle}")
    second = suggested("ثان", f"{STORY} {middle} {end}")
    third = suggested("ثالث", end)
    originals = dict(Reprint.objects.values_list("article", "original"))
    assert originals == {second.pk: first.pk, third.pk: first.pk}


@pytest.mark.parametrize(("state", "is_first"), [("suggested", True), ("confirmed", True), ("rejected", False)])
def test_a_rejected_reprint_is_an_original_itself(suggested: Suggested, state: str, is_first: bool) -> None:
    first, second = suggested("أول", STORY), suggested("ثان", f"{STORY} ختام آخر")
    Reprint.objects.update(state=state)
    third = suggested("ثالث", f"{STORY} ختام آخر")
    assert Reprint.objects.get(article=third).original == (first if is_first else second)


def test_what_others_reprint_is_no_reprint_and_a_later_article_is_no_original(suggested: Suggested) -> None:
    other = suggested("غيره", OTHER)
    first, second = suggested("أول", STORY), suggested("ثان", STORY)
    for article in (first, second):
        suggest(article, Authority.load())
    assert list(Reprint.objects.values_list("article", "original")) == [(second.pk, first.pk)]
    # The first takes the words of another, but stays the original of its own reprints.
    first.body = other.body
    first.save()
    suggest(first, Authority.load())
    assert not Reprint.objects.filter(article=first).exists()


def test_a_suggested_reprint_goes_when_its_text_changes(suggested: Suggested) -> None:
    suggested("أول", STORY)
    second = suggested("ثان", STORY)
    second.body = "كلام آخر تماما."
    second.save()
    suggest(second, Authority.load())
    assert not Reprint.objects.exists()


def test_the_likeliest_of_several_earlier_texts_is_the_original(suggested: Suggested) -> None:
    half = " ".join(STORY.split()[:45])
    suggested("بعيد", f"{half} {' '.join(OTHER.split()[:15])}")
    Reprint.objects.all().delete()
    near = suggested("قريب", f"{STORY} ختام")
    Reprint.objects.all().delete()
    copy = suggested("نسخة", STORY)
    reprint = Reprint.objects.get(article=copy)
    assert (reprint.original, reprint.rule) == (near, "reprint.shingles")


def test_short_texts_are_reprints_only_if_they_are_the_same(suggested: Suggested) -> None:
    short = " ".join(STORY.split()[:12])
    first = suggested("أول", short)
    same, other = suggested("ثان", short), suggested("ثالث", f"{short} وزيادة")
    assert list(Reprint.objects.values_list("article", "original", "rule")) == [
        (same.pk, first.pk, "reprint.same_text")
    ]
    assert not Reprint.objects.filter(article=other).exists()
