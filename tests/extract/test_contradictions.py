"""Figures that cannot all be true are shown as a contradiction with their quotes side by side; compatible figures are
not.
"""

from datetime import date

import pytest

from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Contradiction, Figure
from articles.models.contradiction import Bounds, any_contradict

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("450 شخصا", "500 مشارك", True),
        ("450 شخص", "450 مشاركا", False),
        ("450 شخص", "450 جهة", False),
        ("أكثر من 80 دولة", "84 دولة", False),
        ("أكثر من 80 دولة", "75 دولة", True),
        ("ما لا يقل عن 80 دولة", "80 دولة", False),
        ("نحو 300 خبير", "320 مشاركا", False),
        ("نحو 300 خبير", "400 مشارك", True),
        ("بين 40 و50 دولة", "45 دولة", False),
        ("أقل من 40 دولة", "45 دولة", True),
        ("30 دولة", "12 منظمة", False),
    ],
)
def test_two_outlets_contradict_each_other_only_where_no_value_fits_both(
    report: object, first: str, second: str, apart: bool
) -> None:
    report(first), report(second)
    assert Contradiction.objects.exists() == apart


def test_figures_of_one_measure_stand_side_by_side_with_their_units(report: object, client: object) -> None:
    first = report("450 شخص")
    report("450 جهة"), report("450 مشاركا")
    event = first.coverages.get().event
    figures = Figure.objects.filter(event=event)
    assert {figure.measure.label for figure in figures} == {"المشاركون"} and len(figures) == 3
    page = client.get(event.get_absolute_url()).content.decode()
    assert all(f"450 {unit}" in page for unit in ("شخص", "جهة", "مشاركا")) and "أرقام متعارضة" not in page


def test_readers_and_editors_are_told(report: object, client: object, admin_client: object) -> None:
    later = report("500 مشارك", date(2023, 2, 20))
    earlier = report("450 مشاركا", date(2023, 2, 8))
    event = earlier.coverages.get().event
    page = client.get(event.get_absolute_url()).content.decode()
    section = page[page.index('id="contradictions"') :]
    assert section.index("450 مشاركا") < section.index("الأسبق نشرا") < section.index("500 مشارك")
    listed = client.get("/figures/?conflicting=on").content.decode()
    assert "450 مشاركا" in listed and "500 مشارك" in listed
    queue = admin_client.get("/admin/articles/contradiction/").content.decode()
    assert "450" in queue and "500" in queue
    assert later.coverages.get().event == event


def test_a_rejected_one_is_told_no_more_and_a_resolved_one_closes(report: object, client: object) -> None:
    report("450 مشاركا")
    second = report("500 مشارك")
    event = second.coverages.get().event
    Contradiction.objects.update(state="rejected")
    assert "أرقام متعارضة</h2>" not in client.get(event.get_absolute_url()).content.decode()
    assert not Figure.objects.contradicted().exists()
    Contradiction.objects.update(state="confirmed")
    second.body = second.body.replace("500", "450")
    second.save()
    suggest(second, Authority.load())
    assert Contradiction.objects.get().is_open is False


def test_an_editors_review_of_a_figure_settles_it(report: object, admin_client: object) -> None:
    report("450 مشاركا"), report("500 مشارك")
    wrong = Figure.objects.get(value=500)
    admin_client.post(
        "/admin/articles/figure/", {"action": "reject", "_selected_action": [wrong.pk], "asked": "1", "sure": "1"}
    )
    assert not Contradiction.objects.open().exists()


def test_what_was_expected_does_not_contradict_what_came(report: object, make_article: object) -> None:
    first = report("450 مشاركا")
    planned = make_article(
        "مسقط تستعد للمؤتمر الخامس حول أمن السواحل",
        "من المتوقع أن يشارك 600 شخص في المؤتمر الخامس حول أمن السواحل الذي تستضيفه مسقط يوم 7 شباط 2023.",
        date(2023, 2, 1),
    )
    suggest(planned, Authority.load())
    assert planned.coverages.get().event == first.coverages.get().event
    assert planned.figures.get(value=600).scope == "متوقع" and not Contradiction.objects.exists()


def test_other_days_and_other_places_are_not_compared() -> None:
    year = date(2023, 1, 1), date(2023, 12, 31)
    next_year = date(2024, 1, 1), date(2024, 12, 31)
    assert any_contradict([Bounds(1, 10, 10, *year), Bounds(2, 12, 12, *year)])
    assert not any_contradict([Bounds(1, 10, 10, *year), Bounds(2, 12, 12, *next_year)])
    assert not any_contradict([Bounds(1, 10, 10), Bounds(1, 12, 12)])
    assert any_contradict([*(Bounds(n, 10, 10) for n in range(500)), Bounds(501, 11, None)])
