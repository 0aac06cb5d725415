"""Articles about new meetings, with new names and layouts, pass through the whole pipeline."""

import pytest

from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Alias, Article, Coverage, Event, Figure, Mention, Participation

pytestmark = pytest.mark.django_db

FIRST = (
    "المنامة تستضيف مؤتمر مكافحة تمويل الإرهاب",
    "انطلقت في المنامة، الاثنين 14 مارس 2022، أعمال مؤتمر مكافحة تمويل الإرهاب بمشاركة 70 دولة.\n\n"
    "وقال سالم العتيبي إن أزيد من 300 خبير يشاركون في المؤتمر.",
)
SECOND = (
    "سبعون دولة في مؤتمر البحرين لمكافحة تمويل الإرهاب",
    "بدأ مؤتمر مكافحة تمويل الإرهاب في المنامة يوم 14 آذار 2022 بحضور نحو 320 مشاركا.\n\nوألقى العتيبي كلمة الافتتاح.",
)
UNRELATED = (
    "نيروبي تحتضن قمة حول أمن الحدود البحرية",
    "افتتحت في نيروبي يوم 20 مارس 2022 قمة حول أمن الحدود البحرية في القرن الإفريقي.",
)


@pytest.fixture
def suggested(make_article: object) -> object:
    """Returns a function that stores an article and applies the rules to it."""
    actor = Actor.objects.create(name="سالم العتيبي", kind="person")
    Alias.objects.create(actor=actor, name="العتيبي", kind="short")

    def run(title: str, body: str) -> Article:
        article = make_article(title, body)
        suggest(article, Authority.load())
        return article

    return run


def test_two_reports_of_an_unknown_meeting_share_one_suggested_event(suggested: object) -> None:
    first, second, unrelated = suggested(*FIRST), suggested(*SECOND), suggested(*UNRELATED)
    event = first.coverages.get().event
    assert (event.kind, event.place, event.state, event.start_date.isoformat()) == (
        "conference", "المنامة", "suggested", "2022-03-14",
    )  # fmt: skip
    assert second.coverages.get().event == event
    assert unrelated.coverages.get().event != event
    assert Participation.objects.filter(event=event, state="suggested").exists()


def test_another_session_of_a_series_is_another_event(suggested: object) -> None:
    article = suggested(
        "المؤتمر الرفيع المستوى الثالث حول تعزيز التعاون الدولي في مكافحة الإرهاب",
        "احتضنت دوشانبيه يومي 18 و19 أكتوبر 2022 المؤتمر الرفيع المستوى الثالث حول تعزيز التعاون الدولي في مكافحة الإرهاب.",
    )
    assert article.coverages.get().event.title.startswith("المؤتمر الرفيع المستوى الثالث")


def test_an_editors_new_actor_is_found_under_all_its_names(suggested: object) -> None:
    first, second = suggested(*FIRST), suggested(*SECOND)
    actor = Actor.objects.get(name="سالم العتيبي")
    assert Mention.objects.get(article=first, actor=actor).quotes == ["سالم العتيبي"]
    assert Mention.objects.get(article=second, actor=actor).quotes == ["العتيبي"]


def test_what_an_editor_decided_outlives_another_run(suggested: object) -> None:
    article = suggested(*FIRST)
    mention, coverage = article.mentions.get(actor__name="سالم العتيبي"), article.coverages.get()
    figure = article.figures.get(value=300)
    for row in (mention, coverage, figure):
        type(row).objects.filter(pk=row.pk).update(state="rejected")
    confirmed = article.figures.get(value=70)
    Figure.objects.filter(pk=confirmed.pk).update(state="confirmed", unit="بلد")
    events = Event.objects.count()
    suggest(article, Authority.load())
    assert [type(row).objects.get(pk=row.pk).state for row in (mention, coverage, figure)] == ["rejected"] * 3
    assert article.figures.get(value=70).unit == "بلد"
    assert Coverage.objects.filter(article=article).count() == 1 and Event.objects.count() == events


def test_running_again_changes_nothing(suggested: object) -> None:
    article = suggested(*FIRST)
    before = [
        list(model.objects.filter(article=article).order_by("id").values()) for model in (Mention, Coverage, Figure)
    ]
    suggest(article, Authority.load())
    assert before == [
        list(m.objects.filter(article=article).order_by("id").values()) for m in (Mention, Coverage, Figure)
    ]


def test_a_changed_body_moves_spans_and_keeps_reviewed_facts(suggested: object) -> None:
    article = suggested(*FIRST)
    Figure.objects.filter(article=article, value=70).update(state="confirmed")
    Figure.objects.filter(article=article, value=300).update(state="confirmed")
    article.body = "مقدمة جديدة. " + FIRST[1].replace("أزيد من 300 خبير", "عدد من الخبراء")
    article.save()
    suggest(article, Authority.load())
    moved, lost = article.figures.get(value=70), article.figures.get(value=300)
    assert article.body[moved.start : moved.end] == "70 دولة" and moved.state == "confirmed"
    assert (lost.start, lost.quote, lost.state) == (None, "أزيد من 300 خبير", "confirmed")


def test_a_weekday_beside_a_known_day_of_publication_dates_the_event(suggested: object, make_article: object) -> None:
    from datetime import date

    article = make_article(
        "انعقاد الاجتماع الوزاري حول أمن الساحل في نواكشوط",
        "عقد وزراء خارجية المنطقة اجتماعا في نواكشوط، الثلاثاء، خصص لأمن الساحل.",
        day=date(2023, 5, 11),
    )
    suggest(article, Authority.load())
    event = article.coverages.get().event
    assert (event.start_date, event.start_basis, event.place) == (date(2023, 5, 9), "inferred", "نواكشوط")


def test_a_meeting_of_the_same_name_in_another_year_is_another_event(make_article: object) -> None:
    from datetime import date

    events = set()
    for year in (2019, 2023):
        title = "مؤتمر ميونيخ للأمن يبحث مكافحة الإرهاب"
        article = make_article(
            title, "انطلقت في ميونيخ أعمال مؤتمر ميونيخ للأمن بمشاركة عشرات القادة.", day=date(year, 2, 17)
        )
        suggest(article, Authority.load())
        events.add(article.coverages.get().event_id)
    assert len(events) == 2
