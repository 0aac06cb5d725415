"""What becomes of a form of decisions: who may decide what, what is refused, and what is stored."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from articles.admin.adding import AddForm, add
from articles.admin.decisions import Outcome, Seen, decide
from articles.admin.narrowing import narrow, suggested_by
from articles.admin.review_queue import Turn, waiting_of
from articles.admin.submission import Answer, Submission, apply, decided_in_words
from articles.curation.row_marks import row_mark
from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    Reprint,
)
from articles.models.history import operation

pytestmark = pytest.mark.django_db
BODY = "قال المجلس الأعلى إن 25 خبيرا حضروا لقاء المرافئ في الرباط."
NOUNS = ("mention", "figure", "coverage", "reprint", "date")
FORBIDDEN = "لا تتيح لك صلاحياتك هذا."


def editor(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="articles"))
    return User.objects.get(pk=user.pk)


CHANGES = ("change_mention", "change_figure", "change_coverage", "change_reprint", "change_article")


class World:
    """An article with one suggestion of each kind, and an editor who may decide on all of them."""

    def __init__(self, make_article: Callable[..., Article]) -> None:
        self.other = make_article("الأصل", "نص الأصل.")
        self.article = make_article("خبر المرافئ", BODY, date(2024, 2, 3))
        Article.objects.filter(pk=self.article.pk).update(published_basis="inferred")
        self.article.refresh_from_db()
        self.actor = Actor.objects.create(name="المجلس الأعلى", kind="government", state="suggested")
        self.event = Event.objects.create(title="لقاء المرافئ", kind="meeting", state="suggested")
        fact = {"article": self.article, "state": "suggested"}
        self.mention = Mention.objects.create(
            actor=self.actor, spans=[[4, 17]], quotes=["المجلس الأعلى"], role="منظم", **fact
        )
        self.figure = Figure.objects.create(value=25, unit="خبيرا", quote="25 خبيرا", start=21, end=29, **fact)
        self.coverage = Coverage.objects.create(event=self.event, **fact)
        self.reprint = Reprint.objects.create(original=self.other, score=0.9, **fact)
        self.editor = editor("muharrir", *CHANGES, "add_actor", "add_event")

    @property
    def rows(self) -> dict[str, Any]:
        return {"mention": self.mention, "figure": self.figure, "coverage": self.coverage, "reprint": self.reprint}

    def key(self, noun: str) -> str:
        return "date" if noun == "date" else f"{noun}-{self.rows[noun].pk}"

    def seen(self, noun: str, state: str = "suggested") -> dict[str, str]:
        row = self.article if noun == "date" else self.rows[noun]
        return {f"was-{self.key(noun)}": f"{state}@{row_mark(row)}"}

    def posted(self, **verdicts: str) -> dict[str, str]:
        """A form with the state of every item and these verdicts by noun."""
        shown: dict[str, str] = {}
        for noun in NOUNS:
            shown |= self.seen(noun)
        return shown | {f"verdict-{self.key(noun)}": verdict for noun, verdict in verdicts.items()}

    def decide(self, posted: dict[str, str], by: User | None = None) -> Outcome:
        article = Article.objects.get(pk=self.article.pk)
        with operation(user=(by or self.editor).pk):
            return decide(article, posted, by or self.editor)

    def states(self) -> dict[str, str]:
        states = {noun: type(row).objects.get(pk=row.pk).state for noun, row in self.rows.items()}
        return states | {"date": Article.objects.get(pk=self.article.pk).published_basis}


@pytest.fixture
def world(make_article: Callable[..., Article]) -> World:
    return World(make_article)


UNDECIDED = dict.fromkeys(("mention", "figure", "coverage", "reprint"), "suggested") | {"date": "inferred"}


@pytest.mark.parametrize("noun", NOUNS)
def test_an_editor_decides_only_on_the_nouns_that_they_may_change(world: World, noun: str) -> None:
    by = editor("qasir", f"change_{'article' if noun == 'date' else noun}")
    outcome = world.decide(world.posted(**dict.fromkeys(NOUNS, "confirm")), by)
    assert outcome.states == {world.key(noun): "confirmed"}
    assert outcome.refused == {world.key(other): FORBIDDEN for other in NOUNS if other != noun}
    assert world.states() == UNDECIDED | {noun: "editor" if noun == "date" else "confirmed"}
    assert outcome.overtaken == set()


@pytest.mark.parametrize(
    ("verdicts", "rest", "confirmed", "rejected", "of_the_rest"),
    [
        ({}, "", "", "", ""),
        ({"figure": "confirm"}, "", "figure", "", ""),
        ({"figure": "reject", "mention": "confirm"}, "", "mention", "figure", ""),
        ({}, "confirm", "mention figure coverage reprint date", "", "mention figure coverage reprint date"),
        ({}, "reject", "", "mention figure coverage reprint", "mention figure coverage reprint"),
        ({"figure": "confirm"}, "reject", "figure", "mention coverage reprint", "mention coverage reprint"),
        ({"figure": "reject", "date": "confirm"}, "confirm", "mention coverage reprint date", "figure", "mention coverage reprint"),
        ({}, "leave", "", "", ""),
        ({"figure": "maybe"}, "", "", "", ""),
    ],
)  # fmt: skip
def test_verdicts_and_the_verdict_on_the_rest(
    world: World, verdicts: dict, rest: str, confirmed: str, rejected: str, of_the_rest: str
) -> None:
    outcome = world.decide(world.posted(**verdicts) | ({"rest": rest} if rest else {}))
    decided = dict.fromkeys(confirmed.split(), "confirmed") | dict.fromkeys(rejected.split(), "rejected")
    assert world.states() == UNDECIDED | {
        noun: "editor" if noun == "date" else state for noun, state in decided.items()
    }
    assert {key: state for key, state in outcome.states.items() if state != "suggested"} == {
        world.key(noun): state for noun, state in decided.items()
    }
    assert outcome.refused == {} and sorted(outcome.of_the_rest) == sorted(
        world.key(noun) for noun in of_the_rest.split()
    )
    reviewers = {noun: type(row).objects.get(pk=row.pk).reviewed_by for noun, row in world.rows.items()}
    assert reviewers == {noun: world.editor if noun in decided else None for noun in world.rows}


def test_the_rest_is_what_was_open_when_the_page_was_shown(world: World) -> None:
    posted = world.posted() | world.seen("figure", "confirmed") | {"rest": "reject"}
    world.decide(posted)
    assert world.states()["figure"] == "suggested" and world.states()["mention"] == "rejected"


def test_a_state_that_the_form_repeats_is_no_decision(world: World) -> None:
    first = editor("awwal", *CHANGES)
    world.decide(world.posted(figure="confirm"), first)
    posted = {f"verdict-{world.key('figure')}": "confirm"} | world.seen("figure", "confirmed")
    outcome = world.decide(posted)
    assert outcome.states == {world.key("figure"): "confirmed"}
    assert Figure.objects.get(pk=world.figure.pk).reviewed_by == first
    # The opposite of what the form showed is one.
    world.decide({f"verdict-{world.key('figure')}": "reject"} | world.seen("figure", "confirmed"))
    assert Figure.objects.get(pk=world.figure.pk).reviewed_by == world.editor
    assert world.states()["figure"] == "rejected"


def corrected(world: World, **values: str) -> dict[str, str]:
    shown = {"value": "25", "value_high": "", "qualifier": "exactly", "unit": "خبيرا", "measure": ""}
    return {f"{name}-{world.key('figure')}": value for name, value in (shown | values).items()}


UNDECIDED_CORRECTION, REJECTED_CORRECTION = "كتبت تصحيحا ولم تختر", "كتبت تصحيحا واخترت رفضه"
UNSEEN = "لم يأت مع القرار ما كان أمامك"


@pytest.mark.parametrize(
    ("noun", "verdict", "more", "reason"),
    [
        ("mention", "", {"actor": "المجلس"}, UNDECIDED_CORRECTION), ("mention", "reject", {"actor": "المجلس"}, REJECTED_CORRECTION),
        ("coverage", "", {"event": "لقاء"}, UNDECIDED_CORRECTION), ("mention", "confirm", {"actor": "لا أحد"}, "لا فاعل بهذا الاسم"),
        ("coverage", "confirm", {"event": "لا شيء"}, "لا فعالية بهذا الاسم"), ("coverage", "reject", {"event": "لقاء"}, REJECTED_CORRECTION),
        ("mention", "reject", {"actor": "  "}, ""), ("coverage", "confirm", {"event": " "}, ""),
        ("mention", "confirm", {"was": ""}, UNSEEN), ("mention", "confirm", {"was": "suggested@"}, UNSEEN),
        ("mention", "confirm", {"was": "suggested@" + "1" * 19}, UNSEEN), ("mention", "confirm", {"was": "suggested@x"}, UNSEEN),
        ("date", "confirm", {"was": ""}, UNSEEN),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(world: World, noun: str, verdict: str, more: dict, reason: str) -> None:
    key = world.key(noun)
    posted = world.seen(noun) | {f"{name}-{key}": value for name, value in ({"verdict": verdict} | more).items()}
    outcome = world.decide(posted)
    assert (outcome.refused.get(key, "").startswith(reason) and bool(outcome.refused)) == bool(reason), outcome.refused
    if reason:
        assert world.states() == UNDECIDED and outcome.states == {}


@pytest.mark.parametrize(
    ("text", "state", "mark"),
    [
        ("suggested@12", "suggested", 12), ("confirmed@0", "confirmed", 0), ("@7", "", 7), ("", "", None), ("suggested", "suggested", None),
        ("suggested@", "suggested", None), ("suggested@-1", "suggested", None), ("suggested@1.5", "suggested", None),
        ("suggested@" + "9" * 18, "suggested", int("9" * 18)), ("suggested@" + "9" * 19, "suggested", None),
    ],
)  # fmt: skip
def test_the_version_that_a_form_carries(text: str, state: str, mark: int | None) -> None:
    assert Seen.of(text) == Seen(state, mark)
    if mark is not None:
        assert Seen.of(str(Seen(state, mark))) == Seen(state, mark)


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({}, (25, None, "exactly", "خبيرا", None)),
        ({"value": "26"}, (26, None, "exactly", "خبيرا", None)),
        ({"value": "٢٦٫٥"}, ("26.5", None, "exactly", "خبيرا", None)),
        ({"qualifier": "between", "value_high": "30"}, (25, 30, "between", "خبيرا", None)),
        ({"qualifier": "at_least", "unit": ""}, (25, None, "at_least", "", None)),
        ({"measure": "MEASURE"}, (25, None, "exactly", "خبيرا", "خبراء")),
        ({"value": "كثير"}, "القيمة: "), ({"value": ""}, "القيمة: "), ({"qualifier": "nearly"}, "الصفة: "),
        ({"measure": "99999999"}, "المقياس: "), ({"qualifier": "between"}, "القيمة العليا تُكتب للمدى"),
        ({"qualifier": "between", "value_high": "25"}, "القيمة العليا تُكتب للمدى"), ({"value_high": "30"}, "القيمة العليا تُكتب للمدى"),
    ],
)  # fmt: skip
def test_a_figure_is_corrected(world: World, values: dict[str, str], stored: Any) -> None:
    measure = Measure.objects.create(label="خبراء")
    values = {name: str(measure.pk) if value == "MEASURE" else value for name, value in values.items()}
    key = world.key("figure")
    outcome = world.decide(world.posted(figure="confirm") | corrected(world, **values))
    figure = Figure.objects.select_related("measure").get(pk=world.figure.pk)
    if isinstance(stored, str):
        assert outcome.refused[key].startswith(stored), outcome.refused
        assert figure.state == "suggested" and (figure.value, figure.qualifier) == (25, "exactly")
        return
    assert outcome.refused == {} and outcome.moved == {} and figure.state == "confirmed"
    values = (
        figure.value,
        figure.value_high,
        figure.qualifier,
        figure.unit,
        figure.measure.label if figure.measure else None,
    )
    assert tuple(map(str, values)) == tuple(
        str(value) if not isinstance(value, int) else f"{value}.0000" for value in stored
    ) or [float(part) if part and not isinstance(part, str) else part for part in values] == [
        float(part) if isinstance(part, int) or part == "26.5" else part for part in stored
    ]
    assert (figure.start, figure.end, figure.quote) == (21, 29, "25 خبيرا")


def test_a_correction_of_a_figure_without_a_verdict_is_no_decision_only_if_it_changes_nothing(world: World) -> None:
    key = world.key("figure")
    assert world.decide(world.seen("figure") | corrected(world)).refused == {}
    refused = world.decide(world.seen("figure") | corrected(world, unit="عالما", value="26")).refused
    assert refused[key].startswith(UNDECIDED_CORRECTION) and world.states()["figure"] == "suggested"


def change(row: Any, **fields: object) -> None:
    other, _ = User.objects.get_or_create(username="awwal")
    with operation(user=other.pk):
        type(row).objects.filter(pk=row.pk).update(**fields)


OVERTAKING = [
    ("mention", {"quotes": [], "spans": []}, True), ("mention", {"role": "رئيس"}, False), ("mention", {"state": "confirmed"}, True),
    ("figure", {"value": 26}, True), ("figure", {"unit": "عالما"}, True), ("figure", {"qualifier": "about"}, True),
    ("figure", {"about": "غيره"}, False), ("figure", {"state": "rejected"}, True), ("coverage", {"state": "rejected"}, True),
    ("reprint", {"state": "rejected"}, True), ("reprint", {"score": 0.5}, False), ("date", {"published_basis": "stated"}, True),
    ("date", {"title": "عنوان آخر"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "fields", "is_refused"), OVERTAKING)
def test_a_decision_is_refused_if_another_changed_what_it_depends_on(
    world: World, noun: str, fields: dict, is_refused: bool
) -> None:
    key = world.key(noun)
    posted = world.posted(**{noun: "reject" if noun != "date" else "confirm"})
    change(world.article if noun == "date" else world.rows[noun], **fields)
    outcome = world.decide(posted)
    assert outcome.overtaken == ({key} if is_refused else set())
    if is_refused:
        assert outcome.refused[key].startswith("سبقك awwal") and "كنت كتبت" not in outcome.refused[key]


def test_a_refusal_repeats_what_was_typed(world: World) -> None:
    posted = world.posted(figure="confirm") | corrected(world, value="27", unit="عالما")
    change(world.figure, value=26)
    assert world.decide(posted).refused[world.key("figure")].endswith("كنت كتبت: القيمة «27»، الوحدة كما وردت «عالما».")


@pytest.mark.parametrize("has_twin", ["", "suggested", "rejected", "confirmed"])
def test_a_mention_moves_to_another_actor_with_its_places(world: World, has_twin: str) -> None:
    right = Actor.objects.create(name="المجلس الآخر", kind="government")
    if has_twin:
        Mention.objects.create(
            article=world.article, actor=right, spans=[[0, 3]], quotes=["قال"], role="شاهد", state=has_twin, rule="name"
        )
    key = world.key("mention")
    outcome = world.decide(world.posted(mention="confirm") | {f"actor-{key}": "المجلس الآخر"})
    moved = Mention.objects.get(article=world.article, actor=right)
    assert outcome.moved == {key: f"mention-{moved.pk}"} and outcome.states[key] == "confirmed"
    assert (moved.state, moved.reviewed_by) == ("confirmed", world.editor)
    places = [(["قال", "المجلس الأعلى"], [[0, 3], [4, 17]], "شاهد"), (["المجلس الأعلى"], [[4, 17]], "منظم")]
    assert (moved.quotes, moved.spans, moved.role) == places[not has_twin]
    assert world.states()["mention"] == "rejected"
    assert Actor.objects.get(pk=world.actor.pk).state == "suggested"


def test_a_mention_that_is_given_to_its_own_actor_stays(world: World) -> None:
    key = world.key("mention")
    outcome = world.decide(world.posted(mention="confirm") | {f"actor-{key}": "المجلس الأعلى"})
    assert outcome.moved == {} and world.states()["mention"] == "confirmed"
    assert Actor.objects.get(pk=world.actor.pk).state == "confirmed"


def test_a_coverage_moves_to_another_event(world: World) -> None:
    right = Event.objects.create(title="لقاء الموانئ", kind="meeting", state="suggested")
    key = world.key("coverage")
    outcome = world.decide(world.posted(coverage="confirm") | {f"event-{key}": "لقاء الموانئ"})
    moved = Coverage.objects.get(article=world.article, event=right)
    assert outcome.moved == {key: f"coverage-{moved.pk}"} and moved.state == "confirmed"
    assert world.states()["coverage"] == "rejected" and Event.objects.get(pk=right.pk).state == "confirmed"
    assert Event.objects.get(pk=world.event.pk).state == "suggested"


@pytest.mark.parametrize(
    ("verdict", "value", "precision", "published"),
    [
        ("confirm", None, None, ArchiveDate.on(date(2024, 2, 3), "editor")),
        ("confirm", "", "day", ArchiveDate.on(date(2024, 2, 3), "editor")),
        ("confirm", "", "month", ArchiveDate.in_month(2024, 2, "editor")),
        ("confirm", "", "year", ArchiveDate.in_year(2024, "editor")),
        ("confirm", "2023-05-06", "day", ArchiveDate.on(date(2023, 5, 6), "editor")),
        ("confirm", "2023-05-06", "month", ArchiveDate.in_month(2023, 5, "editor")),
        ("confirm", "2023-05-06", None, ArchiveDate.on(date(2023, 5, 6), "editor")),
        ("confirm", "2023-05-06", "unknown", ArchiveDate.on(date(2023, 5, 6), "editor")),
        ("reject", None, None, ArchiveDate.unknown(basis="editor")),
    ],
)  # fmt: skip
def test_the_date_that_a_decision_stores(
    world: World, verdict: str, value: str | None, precision: str | None, published: ArchiveDate
) -> None:
    typed = {name: text for name, text in (("date-value", value), ("date-precision", precision)) if text is not None}
    outcome = world.decide(world.seen("date") | {"verdict-date": verdict} | typed)
    assert outcome.refused == {} and outcome.states == {"date": "confirmed" if verdict == "confirm" else "rejected"}
    assert Article.objects.get(pk=world.article.pk).published == published


@pytest.mark.parametrize(("value", "reason"), [("أمس", ""), ("1799-12-31", ""), ("3024-01-01", "")])
def test_a_day_that_is_none_is_refused(world: World, value: str, reason: str) -> None:
    outcome = world.decide(world.seen("date") | {"verdict-date": "confirm", "date-value": value})
    assert set(outcome.refused) == {"date"} and world.states()["date"] == "inferred"


def test_an_unchanged_precision_is_no_correction(world: World) -> None:
    assert world.decide(world.seen("date") | {"verdict-date": "", "date-precision": "day"}).refused == {}
    refused = world.decide(world.seen("date") | {"verdict-date": "", "date-precision": "month"}).refused
    assert refused["date"].startswith(UNDECIDED_CORRECTION)


def test_names_are_offered_for_narrowing_only_if_texts_are_searched_for_them(
    make_article: Callable[..., Article],
) -> None:
    actor = Actor.objects.create(name="مركز الدراسات البعيد", kind="civil")
    alias, silent = actor.aliases.create(name="المركز البعيد"), actor.aliases.create(name="البعيد", found_in_text=False)
    by = editor("muharrir", *CHANGES)

    def mention(*quotes: str, state: str = "suggested") -> Mention:
        article = make_article(f"خبر {Article.objects.count()}", " ".join(quotes))
        spans, at = [], 0
        for quote in quotes:
            spans.append([at, at + len(quote)])
            at += len(quote) + 1
        return Mention.objects.create(article=article, actor=actor, spans=spans, quotes=list(quotes), state=state)

    wrong = mention("المركز البعيد", "البعيد")
    alike = [mention("المركز البعيد"), mention("المركز البعيد", "المركز البعيد")]
    undecided = [
        mention("المركز البعيد", "مركز الدراسات البعيد"),
        mention("البعيد"),
        mention("المركز البعيد", state="confirmed"),
    ]
    with operation(user=by.pk):
        outcome = decide(
            wrong.article, {f"verdict-mention-{wrong.pk}": "reject", f"was-mention-{wrong.pk}": "suggested@0"}, by
        )
    assert [narrowing.as_dict() for narrowing in outcome.narrowings] == [
        {"alias": alias.pk, "name": "المركز البعيد", "actor": "مركز الدراسات البعيد", "others": 2}
    ]
    assert suggested_by(alias) == alike and silent.pk
    assert narrow(alias, by, reject_others=False) == 0
    alias.refresh_from_db()
    assert not alias.found_in_text and {
        row.state for row in Mention.objects.filter(pk__in=[row.pk for row in alike])
    } == {"suggested"}
    assert narrow(alias, by, reject_others=True) == 2
    assert [Mention.objects.get(pk=row.pk).state for row in (*alike, *undecided)] == [
        "rejected", "rejected", "suggested", "suggested", "confirmed",
    ]  # fmt: skip
    # A confirmed mention offers nothing.
    with operation(user=by.pk):
        confirming = {f"verdict-mention-{undecided[0].pk}": "confirm", f"was-mention-{undecided[0].pk}": "suggested@0"}
        assert decide(undecided[0].article, confirming, by).narrowings == []


# What is added.

REPEATED = "الوفد في المدينة، وغادر الوفد المدينة."


@pytest.mark.parametrize(
    ("kind", "quote", "start", "end", "span", "field"),
    [
        ("actor", "الوفد", "", "", (0, 5), ""), ("actor", "الوفد", "24", "29", (24, 29), ""), ("actor", "الوفد", "23", "28", (0, 5), ""),
        ("actor", "الوفد", "24", "", (0, 5), ""), ("actor", " الوفد ", "24", "29", (24, 29), ""), ("actor", "الوزير", "", "", None, "quote"),
        ("actor", "", "", "", None, "quote"), ("actor", "   ", "", "", None, "quote"), ("figure", "", "", "", None, "quote"),
        ("event", "", "", "", (None, None), ""), ("event", "الوزير", "", "", None, "quote"), ("thing", "الوفد", "", "", None, "kind"),
    ],
)  # fmt: skip
def test_the_place_of_what_is_added(kind: str, quote: str, start: str, end: str, span: Any, field: str) -> None:
    assert REPEATED[24:29] == "الوفد"
    form = AddForm(
        {"kind": kind, "quote": quote, "start": start, "end": end, "name": "لقاء"}, article=Article(body=REPEATED)
    )
    assert form.is_valid() == (not field) and (not field or field in form.errors), form.errors
    if not field:
        assert (form.cleaned_data["start"], form.cleaned_data["end"]) == span


@pytest.mark.parametrize(
    ("posted", "is_filled"), [({}, False), ({"quote": " "}, False), ({"kind": "actor"}, False), ({"quote": "أ"}, True), ({"name": "أ"}, True)]
)  # fmt: skip
def test_a_form_is_filled_by_words_or_a_name(posted: dict, is_filled: bool) -> None:
    assert AddForm.is_filled(posted) is is_filled


def added(world: World, by: User, **posted: str) -> tuple[Any, dict]:
    form = AddForm({"quote": "المجلس الأعلى", "kind": "actor"} | posted, article=world.article)
    assert form.is_valid(), form.errors
    with operation(user=by.pk):
        row = add(world.article, form, by)
    return row, {name: " ".join(errors) for name, errors in form.errors.items()}


@pytest.mark.parametrize(
    ("kind", "new_kind", "permission"), [("actor", "civil", "add_actor"), ("event", "meeting", "add_event")]
)
def test_a_new_noun_needs_the_permission_to_add_it(world: World, kind: str, new_kind: str, permission: str) -> None:
    posted = {"kind": kind, "name": "اسم لم يعرف", "new_kind": new_kind}
    others = {"add_actor", "add_event"} - {permission}
    row, errors = added(world, editor("qasir", *others), **posted)
    assert row is None and errors == {"name": FORBIDDEN}
    row, errors = added(world, editor("wasi", permission), **posted)
    noun = row.actor if kind == "actor" else row.event
    assert errors == {} and noun.kind == new_kind and (noun.state, noun.reviewed_by.username) == ("confirmed", "wasi")
    assert (row.state, row.reviewed_by.username, row.rule) == ("confirmed", "wasi", "")
    # Without a kind, or with that of another noun, nothing new is made.
    for other_kind in ("", "meeting" if kind == "actor" else "civil"):
        row, errors = added(world, world.editor, kind=kind, name="اسم آخر لم يعرف", new_kind=other_kind)
        assert row is None and "بهذا الاسم" in errors["name"]


def test_what_is_added_joins_what_is_there(world: World) -> None:
    row, _ = added(world, world.editor, quote="الرباط", name="المجلس الأعلى", new_kind="civil")
    assert row == world.mention and row.quotes == ["المجلس الأعلى", "الرباط"] and row.state == "confirmed"
    assert (
        Actor.objects.filter(name="المجلس الأعلى").count() == 1
        and Actor.objects.get(pk=world.actor.pk).state == "confirmed"
    )
    row, _ = added(world, world.editor, kind="event", quote="", name="لقاء المرافئ")
    assert (
        row.pk == world.coverage.pk
        and row.state == "confirmed"
        and Event.objects.get(pk=world.event.pk).state == "confirmed"
    )
    row, errors = added(world, world.editor, kind="figure", quote="الرباط")
    assert row is None and errors == {"quote": "لا رقم مقروءا في هذه الكلمات."}
    row, errors = added(world, world.editor, kind="figure", quote="25 خبيرا حضروا")
    assert (row.value, row.unit, row.start, row.state) == (25, "خبيرا", 21, "confirmed") and errors == {}


# What a submission does besides.


def applied(world: World, **posted: str) -> Answer:
    with operation(user=world.editor.pk):
        return apply(world.article.pk, Submission(world.editor, posted))


def was_article(world: World) -> dict[str, str]:
    return {"was-article": f"@{row_mark(world.article)}"}


def checked(world: World) -> bool:
    article = Article.objects.get(pk=world.article.pk)
    assert (article.checked_by is not None) == (article.checked_at is not None)
    return article.checked_by == world.editor


@pytest.mark.parametrize(
    ("rest", "is_closed", "is_left", "asks"),
    [
        ("", False, False, True),
        ("leave", False, True, False),
        ("confirm", True, False, False),
        ("reject", True, False, False),
    ],
)
def test_an_article_is_closed_when_nothing_waits(
    world: World, rest: str, is_closed: bool, is_left: bool, asks: bool
) -> None:
    answer = applied(world, **world.posted(), **was_article(world), done="1", rest=rest)
    assert (answer.is_closed, answer.is_left, answer.asks, answer.goes_on) == (
        is_closed,
        is_left,
        asks,
        is_closed or is_left,
    )
    assert checked(world) is is_closed and answer.is_held is asks
    sentences = {
        "confirm": ["«خبر المرافئ»: أُكّد فاعل واحد، رقم واحد، فعالية واحدة، تكرار واحد، تاريخ النشر."],
        "reject": ["«خبر المرافئ»: رُفض فاعل واحد، رقم واحد، فعالية واحدة، تكرار واحد."],
    }
    assert answer.messages == sentences.get(rest, [])


def test_without_done_the_article_stays_open(world: World) -> None:
    answer = applied(world, **world.posted(), **was_article(world), rest="confirm")
    assert not answer.goes_on and not checked(world) and waiting_of(world.article) == 0
    assert applied(world, **was_article(world), done="1").is_closed and checked(world)


@pytest.mark.parametrize(
    ("fields", "is_closed"),
    [({"title": "غيره"}, False), ({"body": BODY + " مزيد."}, False), ({"status": "draft"}, False), ({"section": "سياسة"}, True), ({}, True)],
)  # fmt: skip
def test_an_article_that_another_changed_is_not_closed(world: World, fields: dict, is_closed: bool) -> None:
    seen = was_article(world)
    if fields:
        change(world.article, **fields)
    answer = applied(world, **world.posted(), **seen, done="1", rest="confirm")
    assert answer.is_closed is is_closed is checked(world)
    assert is_closed or answer.outcome.refused["article"].startswith("سبقك awwal")
    # What was decided stands.
    assert world.states()["figure"] == "confirmed"


def test_a_form_that_does_not_say_what_it_showed_closes_nothing(world: World) -> None:
    answer = applied(world, **world.posted(), done="1", rest="confirm")
    assert answer.outcome.refused["article"].startswith(UNSEEN) and not checked(world)


@pytest.mark.parametrize(
    ("more", "is_left", "unsent"),
    [
        ({}, True, ""), ({"verdict": "confirm"}, False, "figure"), ({"quote": "الوفد"}, False, "add"),
        ({"verdict": "confirm", "anyway": "1"}, True, ""), ({"verdict": ""}, True, ""),
    ],
)  # fmt: skip
def test_what_is_not_stored_holds_a_skip(world: World, more: dict, is_left: bool, unsent: str) -> None:
    posted = world.posted() | {"skip": "anyway" if more.pop("anyway", "") else "1"}
    posted |= {f"verdict-{world.key('figure')}" if name == "verdict" else name: value for name, value in more.items()}
    answer = applied(world, **posted)
    assert answer.is_left is is_left and world.states() == UNDECIDED and not answer.is_closed
    assert answer.unsent == frozenset([world.key("figure") if unsent == "figure" else unsent] if unsent else [])
    assert bool(answer.outcome.refused) is not is_left


def test_an_article_is_taken_into_charge(world: World) -> None:
    seen = was_article(world)
    assert applied(world, take="1", **seen).outcome.refused == {}
    assert Article.objects.get(pk=world.article.pk).assigned_to == world.editor
    third = editor("thalith")
    change(world.article, assigned_to=third)
    assert applied(world, take="1", **seen).outcome.refused["article"].startswith("سبقك awwal")
    assert applied(world, take="1").outcome.refused["article"].startswith(UNSEEN)
    assert Article.objects.get(pk=world.article.pk).assigned_to == third


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["figure-1", "figure-2", "figure-3", "mention-1", "mention-2", "date"], "أُكّد فاعلان، 3 أرقام، تاريخ النشر."),
        (["coverage-1", "reprint-1"], "أُكّد فعالية واحدة، تكرار واحد."), (["date"], "أُكّد تاريخ النشر."), ([], "أُكّد لا شيء."),
    ],
)  # fmt: skip
def test_decisions_in_words(keys: list[str], words: str) -> None:
    assert decided_in_words("confirm", keys) == words
    assert decided_in_words("reject", keys) == words.replace("أُكّد", "رُفض")


# What waits, and whose turn it is.


def test_what_waits_of_an_article(world: World) -> None:
    assert (waiting_of(world.article), waiting_of(world.article, but_the_date=True)) == (5, 4)
    for fields, date_waits in (
        ({"published_basis": "stated"}, 0), ({"published_precision": "unknown", "published_date": None}, 1),
        ({"published_basis": "editor"}, 0), ({"published_basis": "inferred"}, 1),
    ):  # fmt: skip
        Article.objects.filter(pk=world.article.pk).update(**fields)
        assert waiting_of(world.article) - waiting_of(world.article, but_the_date=True) == date_waits, fields
    survivor = Actor.objects.create(name="المجلس الجديد", kind="government")
    Actor.objects.filter(pk=world.actor.pk).update(merged_into=survivor)
    assert waiting_of(world.article, but_the_date=True) == 3
    Event.objects.filter(pk=world.event.pk).update(merged_into=Event.objects.create(title="غيره", kind="meeting"))
    Figure.objects.update(state="rejected")
    assert (
        waiting_of(world.article, but_the_date=True) == 1
        and not Participation.objects.filter(event=world.event).exists()
    )


@pytest.mark.parametrize(
    ("parameters", "turn", "query"),
    [
        ({}, Turn(), "kind=&order=new&mine=0"), ({"kind": "figure", "order": "sure", "mine": "1"}, Turn("figure", "sure", True), "kind=figure&order=sure&mine=1"),
        ({"kind": "date"}, Turn("date"), "kind=date&order=new&mine=0"), ({"kind": "zebra", "order": "any", "mine": "yes"}, Turn(), "kind=&order=new&mine=0"),
        ({"order": "old"}, Turn("", "old"), "kind=&order=old&mine=0"),
    ],
)  # fmt: skip
def test_a_queue_in_an_address(parameters: dict, turn: Turn, query: str) -> None:
    assert Turn.of(parameters) == turn and turn.query == query


def test_the_next_article_of_each_queue(make_article: Callable[..., Article]) -> None:
    Article.objects.all().update(checked_at="2026-01-01T00:00Z")
    me, other, gone = (editor(name, "change_article") for name in ("muharrir", "awwal", "gone"))
    User.objects.filter(pk=gone.pk).update(is_active=False)
    rows = [make_article(f"خبر {n}", f"وصل {n} خبيرا.", date(2024, 1, 1)) for n in range(1, 6)]
    first, second, third, fourth, fifth = rows
    for article, score, state in ((first, 0.2, "suggested"), (second, 0.9, "suggested"), (third, 0.1, "rejected"), (fourth, 0.2, "suggested")):  # fmt: skip
        Figure.objects.create(
            article=article,
            value=1,
            quote=f"{rows.index(article) + 1} خبيرا",
            start=4,
            end=11,
            score=score,
            state=state,
        )
    Mention.objects.create(article=fifth, actor=Actor.objects.order_by("id").first(), state="suggested", score=0.5)
    Article.objects.filter(pk=third.pk).update(published_basis="inferred")

    def order(turn: Turn) -> list[int]:
        """The places of the articles in the order in which the queue gives them."""
        passed: list[int] = []
        while pk := turn.next(me, set(passed)):
            passed.append(pk)
        return [[row.pk for row in rows].index(pk) + 1 for pk in passed]

    assert order(Turn()) == [5, 4, 3, 2, 1] and order(Turn(order="old")) == [1, 2, 3, 4, 5]
    assert order(Turn("figure")) == [4, 2, 1] and order(Turn("figure", "old")) == [1, 2, 4]
    assert order(Turn("date")) == order(Turn("date", "sure")) == [3]
    assert order(Turn("mention", "unsure")) == [5]
    assert order(Turn("figure", "unsure")) == [1, 4, 2] and order(Turn("figure", "sure")) == [2, 4, 1]
    assert order(Turn("", "unsure")) == [1, 4, 5, 2] and order(Turn("", "sure")) == [2, 5, 4, 1]
    Article.objects.filter(pk=fifth.pk).update(assigned_to=other)
    Article.objects.filter(pk=fourth.pk).update(assigned_to=me)
    Article.objects.filter(pk=third.pk).update(assigned_to=gone)
    assert order(Turn()) == [4, 3, 2, 1] and order(Turn(mine=True)) == [4] and order(Turn("", "sure")) == [2, 4, 1]
    assert Turn(mine=True).take(me, []) == fourth.pk and Turn().take(other, [fifth.pk]) == third.pk
    # Another editor reviews the third now.
    assert Turn().take(me, [fourth.pk]) == second.pk
