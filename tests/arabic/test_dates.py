"""Which words of a text are a date, and what each of them states: no more and no less."""

import itertools
from dataclasses import asdict
from datetime import date

import pytest

from articles.arabic.dates import DateExpression, find_dates


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("06 نوفمبر 2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("٦ نونبر ٢٠٢٤", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("6 تشرين الثاني 2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("15 أبريل/نيسان 2023", date(2023, 4, 15), date(2023, 4, 15), "day"),
        ("26-27 شتنبر 2024", date(2024, 9, 26), date(2024, 9, 27), "day"),
        ("في حزيران 2018،", date(2018, 6, 1), date(2018, 6, 30), "month"),
        ("2024/11/06", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("06-11-2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("منذ سنة 2005", date(2005, 1, 1), date(2005, 12, 31), "year"),
        ("بين 2002 و2021،", date(2002, 1, 1), date(2021, 12, 31), "year"),
        ("(2019)", date(2019, 1, 1), date(2019, 12, 31), "year"),
    ],
)
def test_it_reads_a_date_with_its_precision(text: str, first: date, last: date, precision: str) -> None:
    (written_date,) = find_dates(text)
    assert (written_date.interval, written_date.precision) == ((first, last), precision)


def test_a_day_without_a_year_stays_without() -> None:
    (written_date,) = find_dates("يومي 4 و 5 نونبر الجاري")
    assert (written_date.year, written_date.month, written_date.day, written_date.day_end) == (None, 11, 4, 5)


def test_a_hijri_date_is_not_taken_for_a_gregorian_one() -> None:
    (written_date,) = find_dates("5 رمضان 1445")
    assert written_date.hijri and written_date.interval == (date(2024, 3, 15), date(2024, 3, 15))


@pytest.mark.parametrize(
    "text", ["أكثر من 2000 مقاتل", "1500 عنصر ينتمون", "31 شباط", "آب الرجل إلى بيته", "المادة 2018"]
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert [d for d in find_dates(text) if d.precision in {"day", "month"} or d.year in {2000, 1500}] == []


def _date(quote: str, **stated: object) -> tuple[str, dict[str, object]]:
    return quote, stated


def dates_of(text: str) -> list[tuple[str, dict[str, object]]]:
    """The (quote, stated parts) of every date in a text."""
    empty = asdict(DateExpression(0, 0))
    return [
        (text[d.start : d.end], {k: v for k, v in asdict(d).items() if k not in {"start", "end"} and v != empty[k]})
        for d in find_dates(text)
    ]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("وقع في 7 ماي", [_date("7 ماي", month=5, day=7)]),
        ("انعقد يوم 12/13/2023 بالرباط", [_date("12/13/2023", year=2023, month=12, day=13, month_first=True)]),
        ("انعقد يوم 13/12/2023 بالرباط", [_date("13/12/2023", year=2023, month=12, day=13)]),
        ("انعقد يوم 12/12/2023 بالرباط", [_date("12/12/2023", year=2023, month=12, day=12)]),
        ("صدر في 1899/12/31", []),
        ("صدر في 1900/1/1", [_date("1900/1/1", year=1900, month=1, day=1)]),
        ("صدر في 31/12/2100", [_date("31/12/2100", year=2100, month=12, day=31)]),
        ("صدر في 1/1/2101", []),
        ("في 30/2/2024", []),
        ("14/5/1441", [_date("14/5/1441", year=1441, month=5, day=14, hijri=True)]),
        ("14/12/1441", [_date("14/12/1441", year=1441, month=12, day=14, hijri=True)]),
        ("30/13/1441", []),
        ("13/30/1441", []),
        ("31/5/1441", []),
        ("0/5/1441", []),
        ("5/0/1441", []),
        ("1/1/1343", [_date("1/1/1343", year=1343, month=1, day=1, hijri=True)]),
        ("1/1/1342", []),
        ("1/1/1500", [_date("1/1/1500", year=1500, month=1, day=1, hijri=True)]),
        ("1/1/1501", []),
        ("الأحد 12/3/2024", [_date("الأحد 12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("الأحد، 12/3/2024", [_date("الأحد، 12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("الأحد الموافق 12/3/2024", [_date("الأحد الموافق 12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("أمس الأحد 12/3/2024", [_date("أمس الأحد 12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("أمس الأحد، 2024-03-12", [_date("أمس الأحد، 2024-03-12", year=2024, month=3, day=12, weekday=6)]),
        ("واليوم الأحد (12/3/2024)", [_date("واليوم الأحد (12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("خطب الأحد 12/3/2024", [_date("الأحد 12/3/2024", year=2024, month=3, day=12, weekday=6)]),
        ("أمس، 12/3/2024", [_date("أمس", shift=-1), _date("12/3/2024", year=2024, month=3, day=12)]),
        ("الموافق 12/3/2024", [_date("12/3/2024", year=2024, month=3, day=12)]),
        ("الأحد. 12/3/2024", [_date("الأحد", weekday=6), _date("12/3/2024", year=2024, month=3, day=12)]),
        (
            "أمس. الأحد 12/3/2024",
            [_date("أمس", shift=-1), _date("الأحد 12/3/2024", year=2024, month=3, day=12, weekday=6)],
        ),
        ("في يوم الموافق 12/3/2024", [_date("12/3/2024", year=2024, month=3, day=12)]),
        (
            "12/3/2024 و13/3/2024",
            [_date("12/3/2024", year=2024, month=3, day=12), _date("13/3/2024", year=2024, month=3, day=13)],
        ),
        (
            "الأحد 12/3/2024 والاثنين 13/3/2024",
            [
                _date("الأحد 12/3/2024", year=2024, month=3, day=12, weekday=6),
                _date("والاثنين", weekday=0),
                _date("13/3/2024", year=2024, month=3, day=13),
            ],
        ),
        (
            "2024/3/12 في 5 ماي 2023",
            [_date("2024/3/12", year=2024, month=3, day=12), _date("5 ماي 2023", year=2023, month=5, day=5)],
        ),
        (
            "في 5 ماي 2023 ثم 12/3/2024",
            [_date("5 ماي 2023", year=2023, month=5, day=5), _date("12/3/2024", year=2024, month=3, day=12)],
        ),
        ("1.2.3.2024", []),
        ("12/3/20245", []),
        ("12/3-2024", []),
        ("2024-3.12", []),
    ],
)
def test_dates_of_digits_have_the_calendars_days_only(text: str, dates: list[tuple[str, dict[str, object]]]) -> None:
    """Days before months, unless that is impossible; years from 1900 to 2100, or Hijri; with the weekday before them."""
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("5 من شهر رمضان 1445", [_date("5 من شهر رمضان 1445", year=1445, month=9, day=5, hijri=True)]),
        ("5 من شهر رمضان", [_date("5 من شهر رمضان", month=9, day=5, hijri=True)]),
        ("20 من الشهر الجاري", [_date("20 من الشهر الجاري", month=0, day=20, relation=0)]),
        ("20 الشهر الجاري", [_date("20 الشهر الجاري", month=0, day=20, relation=0)]),
        ("20 من الشهر", []),
        ("20 شهر ماي 2024", [_date("20 شهر ماي 2024", year=2024, month=5, day=20)]),
        ("20 من شهر ماي", [_date("20 من شهر ماي", month=5, day=20)]),
        ("20 من ماي", [_date("20 من ماي", month=5, day=20)]),
        ("20 من", []),
        ("20 من شهر", []),
        ("20 شهر", []),
        ("الخميس 20 من الشهر الماضي", [_date("الخميس 20 من الشهر الماضي", month=0, day=20, weekday=3, relation=-1)]),
        ("4 و5 من الشهر المقبل", [_date("4 و5 من الشهر المقبل", month=0, day=4, day_end=5, relation=1)]),
        ("نوفمبر/تشرين الثاني 2024", [_date("نوفمبر/تشرين الثاني 2024", year=2024, month=11)]),
        ("نوفمبر (تشرين الثاني) 2024", [_date("نوفمبر (تشرين الثاني) 2024", year=2024, month=11)]),
        ("نونبر تشرين الأول 2024", [_date("تشرين الأول 2024", year=2024, month=10)]),
        ("وماي 2024", [_date("وماي 2024", year=2024, month=5)]),
        ("لماي 2024", [_date("لماي 2024", year=2024, month=5)]),
        ("شهر ماي", [_date("ماي", month=5)]),
        ("لشهر ماي", [_date("ماي", month=5)]),
        ("في ماي", []),
        ("5 ماي", [_date("5 ماي", month=5, day=5)]),
        ("ماي المقبل", [_date("ماي المقبل", month=5, future=True, relation=1)]),
        ("ماي الماضي", [_date("ماي الماضي", month=5, relation=-1)]),
        ("ماي من السنة الجارية", [_date("ماي من السنة الجارية", month=5, relation=0)]),
        ("ماي من العام الماضي", [_date("ماي من العام الماضي", month=5, relation=-1)]),
        ("ماي. المقبل", []),
        ("ماي، الجاري", []),
        ("ماي سنة 2024", [_date("ماي سنة 2024", year=2024, month=5)]),
        ("ماي من سنة 2024", [_date("2024", year=2024)]),
        ("ماي 2024 المقبل", [_date("ماي 2024", year=2024, month=5, future=True)]),
        ("5 ماي 2024 القادم", [_date("5 ماي 2024", year=2024, month=5, day=5, future=True)]),
        ("ماي سنة", []),
        ("ماي. 2024", []),
        ("ماي؛ 2024", []),
        ("2024", []),
        ("ماي، 2024", [_date("ماي، 2024", year=2024, month=5)]),
        ("ماي 1899", []),
        ("ماي 1900", [_date("ماي 1900", year=1900, month=5)]),
        ("ماي 2100", [_date("ماي 2100", year=2100, month=5)]),
        ("ماي 2101", []),
        ("رمضان 1300", [_date("رمضان 1300", year=1300, month=9, hijri=True)]),
        ("رمضان 1299", []),
        ("رمضان 1600", [_date("رمضان 1600", year=1600, month=9, hijri=True)]),
        ("رمضان 1601", []),
        ("رمضان 1445", [_date("رمضان 1445", year=1445, month=9, hijri=True)]),
        ("30 فبراير 2024", [_date("فبراير 2024", year=2024, month=2)]),
        ("29 فبراير 2024", [_date("29 فبراير 2024", year=2024, month=2, day=29)]),
        ("29 فبراير 2023", [_date("فبراير 2023", year=2023, month=2)]),
        ("29 فبراير", [_date("29 فبراير", month=2, day=29)]),
        ("30 فبراير", []),
        ("28 و29 فبراير 2023", [_date("فبراير 2023", year=2023, month=2)]),
        ("28 و30 فبراير", []),
        ("7 و6 ماي 2024", [_date("6 ماي 2024", year=2024, month=5, day=6)]),
        ("6 و6 ماي 2024", [_date("6 و6 ماي 2024", year=2024, month=5, day=6, day_end=6)]),
        ("6-7 ماي 2024", [_date("6-7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("6 - 7 ماي 2024", [_date("6 - 7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("6–7 ماي 2024", [_date("6–7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("6/7 ماي 2024", [_date("6/7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("6، 7 ماي 2024", [_date("7 ماي 2024", year=2024, month=5, day=7)]),
        ("من 6 إلى 7 ماي 2024", [_date("6 إلى 7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("6 حتى 7 ماي 2024", [_date("6 حتى 7 ماي 2024", year=2024, month=5, day=6, day_end=7)]),
        ("0 ماي 2024", [_date("ماي 2024", year=2024, month=5)]),
        ("1 ماي 2024", [_date("1 ماي 2024", year=2024, month=5, day=1)]),
        ("31 ماي 2024", [_date("31 ماي 2024", year=2024, month=5, day=31)]),
        ("32 ماي 2024", [_date("ماي 2024", year=2024, month=5)]),
        ("6 و70 ماي 2024", [_date("ماي 2024", year=2024, month=5)]),
        ("001 ماي 2024", [_date("ماي 2024", year=2024, month=5)]),
        ("30 رمضان 1445", [_date("30 رمضان 1445", year=1445, month=9, day=30, hijri=True)]),
        ("31 رمضان 1445", [_date("رمضان 1445", year=1445, month=9, hijri=True)]),
        ("الأربعاء 6 نونبر", [_date("الأربعاء 6 نونبر", month=11, day=6, weekday=2)]),
        (
            "الأربعاء الموافق 6 نونبر 2024",
            [_date("الأربعاء الموافق 6 نونبر 2024", year=2024, month=11, day=6, weekday=2)],
        ),
        ("الأربعاء، 6 نونبر الجاري", [_date("الأربعاء، 6 نونبر الجاري", month=11, day=6, weekday=2, relation=0)]),
        ("الخميس بتاريخ", [_date("الخميس", weekday=3)]),
        ("6 و", []),
        ("6 إلى ", []),
        ("26 و27", []),
        ("ماي", []),
        ("ماي\n2024", []),
    ],
)
def test_dates_with_a_named_month(text: str, dates: list[tuple[str, dict[str, object]]]) -> None:
    """A day, its month and its year are one date if nothing but what belongs to a date stands between them."""
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("أمس", [_date("أمس", shift=-1)]),
        ("وأمس", [_date("وأمس", shift=-1)]),
        ("فأمس", [_date("فأمس", shift=-1)]),
        ("قال أول أمس", [_date("أول أمس", shift=-2)]),
        ("أول أمس", [_date("أول أمس", shift=-2)]),
        ("أول من أمس", [_date("أول من أمس", shift=-2)]),
        ("أولى أمس", [_date("أولى أمس", shift=-2)]),
        ("من أمس", [_date("أمس", shift=-1)]),
        ("البارحة", [_date("البارحة", shift=-1)]),
        ("غدا", [_date("غدا", future=True, shift=1)]),
        ("بعد غد", [_date("بعد غد", future=True, shift=2)]),
        ("بعد أمس", [_date("أمس", shift=-1)]),
        ("أول غدا", [_date("غدا", future=True, shift=1)]),
        ("من غد", [_date("غد", future=True, shift=1)]),
        ("قال بعد غد الجمعة", [_date("بعد غد الجمعة", weekday=4, future=True, shift=2)]),
        ("قال أول من أمس الجمعة", [_date("أول من أمس الجمعة", weekday=4, shift=-2)]),
        ("أمس الأربعاء", [_date("أمس الأربعاء", weekday=2, shift=-1)]),
        ("أمس. الأربعاء", [_date("أمس", shift=-1), _date("الأربعاء", weekday=2)]),
        (
            "أمس السبت 10 محرم 1429",
            [_date("أمس السبت 10 محرم 1429", year=1429, month=1, day=10, weekday=5, hijri=True)],
        ),
        ("أمس السبت 10 محرم", [_date("أمس السبت 10 محرم", month=1, day=10, weekday=5, hijri=True)]),
        (
            "أمس السبت محرم 1429",
            [_date("أمس السبت", weekday=5, shift=-1), _date("محرم 1429", year=1429, month=1, hijri=True)],
        ),
        ("اليوم", []),
        ("اليوم الأربعاء", [_date("اليوم الأربعاء", weekday=2, shift=0)]),
        ("واليوم الأربعاء", [_date("الأربعاء", weekday=2)]),
        ("هذا اليوم", [_date("اليوم", shift=0)]),
        ("صباح اليوم", [_date("اليوم", shift=0)]),
        ("اليوم، قال", [_date("اليوم", shift=0)]),
        ("اليوم (قال", [_date("اليوم", shift=0)]),
        ("اليوم قال،", []),
        ("ذلك اليوم", []),
        ("الخميس", [_date("الخميس", weekday=3)]),
        ("والخميس", [_date("والخميس", weekday=3)]),
        ("الخميس الماضي", [_date("الخميس الماضي", weekday=3, relation=-1)]),
        ("الخميس من الأسبوع الماضي", [_date("الخميس", weekday=3)]),
        ("الخميس المقبل", [_date("الخميس المقبل", weekday=3, future=True, relation=1)]),
        ("الخميس الجاري", [_date("الخميس الجاري", weekday=3, relation=0)]),
        ("خميس", []),
        ("العام الجاري", [_date("العام الجاري", relation=0)]),
        ("العام", []),
        ("العام من الماضي", []),
        ("الشهر الماضي", [_date("الشهر الماضي", month=0, relation=-1)]),
        ("والشهر المقبل", [_date("والشهر المقبل", month=0, future=True, relation=1)]),
        ("السنة المقبلة", [_date("السنة المقبلة", future=True, relation=1)]),
        ("العام. المقبل", []),
        ("غدا الخميس", [_date("غدا الخميس", weekday=3, future=True, shift=1)]),
        ("الغد", [_date("الغد", future=True, shift=1)]),
        ("العام الدراسي الماضي", []),
        ("مساء أمس", [_date("أمس", shift=-1)]),
        ("أمس، الخميس", [_date("أمس، الخميس", weekday=3, shift=-1)]),
    ],
)
def test_dates_from_the_day_of_writing(text: str, dates: list[tuple[str, dict[str, object]]]) -> None:
    """Words such as «أمس» and «الماضي» state a date only beside what they determine."""
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2005", []),
        ("سنة 2005", [_date("2005", year=2005)]),
        ("وسنة 2005", [_date("2005", year=2005)]),
        ("سنة 1899", []),
        ("سنة 1900", [_date("1900", year=1900)]),
        ("سنة 2100", [_date("2100", year=2100)]),
        ("سنة 2101", []),
        ("سنة 20055", []),
        ("(2019)", [_date("2019", year=2019)]),
        ("(2019", []),
        ("2019)", []),
        ("[2019]", []),
        ("2019م", [_date("2019", year=2019)]),
        ("2019 م", [_date("2019", year=2019)]),
        ("2019 متر", []),
        ("2019 ميل", []),
        ("في 2019", [_date("2019", year=2019)]),
        ("في 2019 مقاتل", []),
        ("في 2019 مقاتلا", []),
        ("في 2019 قتل", [_date("2019", year=2019)]),
        ("في 2019، مقاتل", [_date("2019", year=2019)]),
        ("حتى 2019", [_date("2019", year=2019)]),
        ("و2019", [_date("2019", year=2019)]),
        ("بحلول 2030", [_date("2030", year=2030, future=True)]),
        ("أفق 2030", [_date("2030", year=2030, future=True)]),
        ("رؤية 2030", [_date("2030", year=2030, future=True)]),
        ("بحلول سنة 2030", [_date("2030", year=2030, future=True)]),
        ("سنة 2030 المقبلة", [_date("2030", year=2030, future=True)]),
        ("في 2024 المقبل", [_date("2024", year=2024, future=True)]),
        ("سنة (2019", [_date("2019", year=2019)]),
        ("سنة، 2019", []),
        ("بين 2002 و2021", [_date("2002 و2021", year=2002, year_end=2021)]),
        ("من 2015 إلى 2020", [_date("2015 إلى 2020", year=2015, year_end=2020)]),
        ("2019-2021", [_date("2019-2021", year=2019, year_end=2021)]),
        ("2019 – 2021", [_date("2019 – 2021", year=2019, year_end=2021)]),
        ("2019/2021", [_date("2019/2021", year=2019, year_end=2021)]),
        ("2019، 2021", []),
        ("2021-2019", []),
        ("2021-2021", []),
        ("2019-2021 مقاتل", []),
        ("2019 و2021", [_date("2019 و2021", year=2019, year_end=2021)]),
        ("2019 و2021 مقاتل", []),
        ("سنة 2019 و2021", [_date("2019 و2021", year=2019, year_end=2021)]),
        ("2019 إلى 2021", [_date("2019 إلى 2021", year=2019, year_end=2021)]),
        ("سنة 2019 و", [_date("2019", year=2019)]),
        ("سنة 2019 و7", [_date("2019", year=2019)]),
        ("موسم 2019/2020", [_date("2019/2020", year=2019, year_end=2020)]),
        ("ف2019", []),
        ("المادة 2018", []),
        ("أكثر من 2000 مقاتل", []),
        ("من 2000", [_date("2000", year=2000)]),
        ("خلال 2020 التي", [_date("2020", year=2020)]),
        ("عام 2019 عام 2020", [_date("2019", year=2019), _date("2020", year=2020)]),
        ("المقبل. سنة 2019", [_date("2019", year=2019)]),
        ("المقبلة سنة 2030", [_date("2030", year=2030, future=True)]),
        ("المقبلة (سنة 2030)", [_date("2030", year=2030)]),
        ("قبل 2019", [_date("2019", year=2019)]),
        (
            "الخميس الماضي من الشهر الجاري",
            [_date("الخميس الماضي", weekday=3, relation=-1), _date("الشهر الجاري", month=0, relation=0)],
        ),
        ("ربيع الأول 1445", [_date("ربيع الأول 1445", year=1445, month=3, hijri=True)]),
        ("5 ذي الحجة 1445 هـ", [_date("5 ذي الحجة 1445", year=1445, month=12, day=5, hijri=True)]),
        (
            "15 أبريل/نيسان 2023 و16 أبريل/نيسان 2023",
            [
                _date("15 أبريل/نيسان 2023", year=2023, month=4, day=15),
                _date("16 أبريل/نيسان 2023", year=2023, month=4, day=16),
            ],
        ),
        ("4 و 5 نونبر الجاري", [_date("4 و 5 نونبر الجاري", month=11, day=4, day_end=5, relation=0)]),
        ("يوم 7 ماي الجاري المقبل", [_date("7 ماي الجاري", month=5, day=7, future=True, relation=0)]),
        ("2019/3", []),
        ("الشهر الجاري 2024", [_date("الشهر الجاري", month=0, relation=0)]),
        ("5/6 ماي", [_date("5/6 ماي", month=5, day=5, day_end=6)]),
        ("بعد عشرين 2019", []),
        ("وفي 2019", [_date("2019", year=2019)]),
        ("ومن 2015 إلى 2020", [_date("2015 إلى 2020", year=2015, year_end=2020)]),
        ("ف 2019", []),
        (
            "الخميس الموافق 12/3/2024 والخميس الماضي",
            [
                _date("الخميس الموافق 12/3/2024", year=2024, month=3, day=12, weekday=3),
                _date("والخميس الماضي", weekday=3, relation=-1),
            ],
        ),
    ],
)
def test_years_are_told_from_other_numbers(text: str, dates: list[tuple[str, dict[str, object]]]) -> None:
    """A number is a year only if the words around it say so."""
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("text", "interval", "precision"),
    [
        ("ماي 2024", (date(2024, 5, 1), date(2024, 5, 31)), "month"),
        ("فبراير 2023", (date(2023, 2, 1), date(2023, 2, 28)), "month"),
        ("1 و3 ماي 2024", (date(2024, 5, 1), date(2024, 5, 3)), "day"),
        ("سنة 2024", (date(2024, 1, 1), date(2024, 12, 31)), "year"),
        ("2019-2021", (date(2019, 1, 1), date(2021, 12, 31)), "year"),
        ("5 ماي", None, "unknown"),
        ("أمس", None, "unknown"),
        # Of 1420 and later, all tables agree. Before, they differ by a day.
        ("1/1/1420", (date(1999, 4, 17), date(1999, 4, 17)), "day"),
        ("30/12/1419", (date(1999, 4, 15), date(1999, 4, 17)), "unknown"),
        ("1/1/1343", (date(1924, 7, 31), date(1924, 8, 2)), "unknown"),
        ("1/1/1500", (date(2076, 11, 27), date(2076, 11, 27)), "day"),
        ("رمضان 1342", None, "unknown"),
        ("رمضان 1501", None, "unknown"),
        ("رمضان 1445", (date(2024, 3, 11), date(2024, 4, 9)), "unknown"),
        # This month had 29 days, so its 30th day is its last.
        ("30 رجب 1446", (date(2025, 1, 30), date(2025, 1, 30)), "day"),
        ("4 و5 رمضان 1445", (date(2024, 3, 14), date(2024, 3, 15)), "unknown"),
    ],
)
def test_a_date_covers_its_days(text: str, interval: tuple[date, date] | None, precision: str) -> None:
    (stated,) = find_dates(text)
    assert (stated.interval, stated.precision) == (interval, precision)


def test_dates_come_in_order_and_never_overlap() -> None:
    text = "في 5 ماي 2023 ثم 12/3/2024، وأمس الأحد 13/3/2024 وسنة 2020 ثم 2019/1/2 (الخميس 3 ماي) غدا - الأحد 14/3/2024 أمس"
    spans = [(stated.start, stated.end) for stated in find_dates(text)]
    assert [text[start:end] for start, end in spans] == [
        "5 ماي 2023", "12/3/2024", "وأمس الأحد 13/3/2024", "2020", "2019/1/2", "الخميس 3 ماي",
        "الأحد 14/3/2024", "أمس",
    ]  # fmt: skip
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_a_number_without_words_beside_it_is_still_a_year_in_brackets_at_either_end() -> None:
    assert dates_of("(2019) قال") == dates_of("قال (2019)") == [_date("2019", year=2019)]
