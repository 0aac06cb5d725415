"""The facts that the rules find in the five seeds with the fixtures' authority file."""

from datetime import date

import pytest

from articles.models import Actor, Coverage, Event, Figure, Mention

pytestmark = pytest.mark.django_db


def test_two_reports_of_one_meeting_are_joined(seed: object) -> None:
    event = Event.objects.get(title__startswith="الاجتماع الوزاري للتحالف")
    reporting = set(Coverage.objects.filter(event=event).values_list("article", flat=True))
    assert reporting == {seed("000").pk, seed("001").pk}


def test_every_seed_reports_the_event_an_editor_knows(seed: object) -> None:
    kinds = {number: seed(number).coverages.get().event.kind for number in ("000", "001", "002", "003", "004")}
    assert kinds == {
        "000": "ministerial",
        "001": "ministerial",
        "002": "dialogue",
        "003": "conference",
        "004": "report",
    }
    assert Event.objects.count() == 4


def test_every_span_is_its_quote() -> None:
    for mention in Mention.objects.select_related("article"):
        assert mention.quotes == [mention.article.body[start:end] for start, end in mention.spans]
    for figure in Figure.objects.select_related("article"):
        assert figure.article.body[figure.start : figure.end] == figure.quote


def test_the_coalition_is_found_under_each_of_its_names(seed: object) -> None:
    coalition = Actor.objects.get(name="التحالف الدولي ضد داعش")
    named = set(Mention.objects.filter(actor=coalition).values_list("article", flat=True))
    assert named == {seed(number).pk for number in ("000", "001", "003", "004")}


def test_figures_carry_their_measure_and_event(seed: object) -> None:
    figures = {figure.quote: figure for figure in seed("003").figures.select_related("measure", "event")}
    assert figures["أكثر من 450 شخص"].measure.label == "المشاركون"
    assert figures["أكثر من 450 شخص"].event.kind == "conference"
    assert seed("004").figures.get(value=56).measure.label == "الموقوفون"


def test_only_one_seed_states_its_date(seed: object) -> None:
    stated = seed("003").published
    assert (stated.date, stated.precision, stated.basis) == (date(2024, 11, 6), "day", "stated")
    for number, earliest in {"000": 2021, "001": 2018, "002": 2022, "004": 2023}.items():
        unknown = seed(number).published
        assert (unknown.date, unknown.precision, unknown.basis) == (None, "unknown", "inferred")
        assert unknown.earliest.year == earliest and unknown.latest == seed(number).captures.get().captured_at.date()
