import pytest

from articles.extract.figures import find_figures


@pytest.mark.parametrize(
    ("text", "value", "high", "qualifier", "unit", "quote"),
    [
        ("والتي يتجاوز عددها 80 وفدا.", 80, None, "more_than", "وفدا", "يتجاوز عددها 80 وفدا"),
        ("ضمنهم ما يزيد عن 50 وزير.", 50, None, "more_than", "وزير", "ما يزيد عن 50 وزير"),
        ("تستهدف نحو 50 ألف إمام ومرشد", 50_000, None, "about", "إمام", "نحو 50 ألف إمام"),
        ("قُتل ما لا يقل عن 12 شخصا", 12, None, "at_least", "شخصا", "ما لا يقل عن 12 شخصا"),
        ("أوقف 40 مشتبها على الأقل", 40, None, "at_least", "مشتبها", "40 مشتبها على الأقل"),
        ("ولا يتجاوز عدد المعتقلين 15 شخصا", 15, None, "at_most", "شخصا", "لا يتجاوز عدد المعتقلين 15 شخصا"),
        ("ومن 15 إلى 20 خبيرا", 15, 20, "between", "خبيرا", "من 15 إلى 20 خبيرا"),
        ("بين 2 و3 ملايين لاجئ", 2_000_000, 3_000_000, "between", "لاجئ", "بين 2 و3 ملايين لاجئ"),
        ("قرابة 100-150 مقاتلا", 100, 150, "between", "مقاتلا", "قرابة 100-150 مقاتلا"),
        ("بنسبة 35 في المئة", 35, None, "exactly", "%", "35 في المئة"),
        ("وبقيمة 10 ملايين دولار", 10_000_000, None, "exactly", "دولار", "10 ملايين دولار"),
        ("بمشاركة خمسة وثلاثين بلدا", 35, None, "exactly", "بلدا", "خمسة وثلاثين بلدا"),
        ("«10 آلاف من مقاتلي التنظيم»", 10_000, None, "exactly", "مقاتلي", "10 آلاف من مقاتلي"),
        ("لـ30 دولة", 30, None, "exactly", "دولة", "30 دولة"),
        ("حوالي ١٢٠٠ عنصر", 1200, None, "about", "عنصر", "حوالي ١٢٠٠ عنصر"),
        ("وأزيد من 2000 مقاتل أجنبي", 2000, None, "more_than", "مقاتل", "أزيد من 2000 مقاتل"),
        ("خمسة وثلاثين (35) بلدا", 35, None, "exactly", "بلدا", "خمسة وثلاثين (35) بلدا"),
        ("بقيمة 3 ملايين دولار أمريكي سنويا", 3_000_000, None, "exactly", "دولار أمريكي", "3 ملايين دولار أمريكي"),
        ("خصص $50 مليون للدعم", 50_000_000, None, "exactly", "$", "$50 مليون"),
        ("أزيد من نصف مليون نازح", 500_000, None, "more_than", "نازح", "أزيد من نصف مليون نازح"),
        ("مليونين و454 ألف حاج", 2_454_000, None, "exactly", "حاج", "مليونين و454 ألف حاج"),
        ("بين 800 وألف مقاتل", 800, 1000, "between", "مقاتل", "بين 800 وألف مقاتل"),
        ("وبلغ عدد المصابين 47.", 47, None, "exactly", "", "47"),
        ("فيما أصيب 14 بجروح", 14, None, "exactly", "", "14"),
    ],
)  # fmt: skip
def test_it_reads_value_qualifier_unit_and_quote(
    text: str, value: int, high: int | None, qualifier: str, unit: str, quote: str
) -> None:
    (figure,) = find_figures(text)
    assert (figure.value, figure.value_high, figure.qualifier, figure.unit) == (value, high, qualifier, unit)
    assert text[figure.start : figure.end] == quote


@pytest.mark.parametrize(
    "text",
    [
        "المنصوص عليها في المادة 108 من القانون الجنائي",
        "القراران 1373 و1624 الصادران عن مجلس الأمن",
        "بموجب القرار 2396 والقانون رقم 03.03",
        "الدورة الـ79 للجمعية العامة",
        "الذي تأسس عام 2014، بهدف",
        "في 12 ماي 2022 بمراكش",
        "على الساعة 10:30 صباحا",
        "هاتف: 0522-123456",
        "البالغ من العمر 35 عاما",
        "رؤية 2030 الاقتصادية",
        "جائحة كوفيد-19 العالمية",
        "الملك محمد السادس",
        "واحدا من أبرز الأجهزة",
        "1. مقدمة عامة",
        "للاتصال: +212 522 12 34 56 أو 0661-20-30-40",
        "الموسم الدراسي 2024/2025 في المغرب",
        "مقاتلات F-16 وتقنية 5G الحديثة",
        "الفقرات 3 و4 و5 من القرار",
        "تتراوح أعمارهم بين 20 و35 سنة",
        "يوسف (34 عاما) من فاس",
        "مونديال 2030 لكرة القدم",
        "الدوحة الدولي الثامن عشر بمشاركة ممثلين",
        "بين الساعة 8 و10 مساء",
        "اللواء 444 قتال",
        "في القرن 21 الميلادي",
    ],
)
def test_what_only_looks_like_a_figure_is_left_alone(text: str) -> None:
    assert [text[f.start : f.end] for f in find_figures(text)] == []


def test_a_figure_inside_another_is_a_figure_of_its_own() -> None:
    text = "بمشاركة أكثر من 450 شخص من بينهم 33 وزيرا"
    assert [text[f.start : f.end] for f in find_figures(text)] == ["أكثر من 450 شخص", "33 وزيرا"]


def test_a_pronoun_takes_the_unit_of_what_it_stands_for_and_the_period() -> None:
    first, second = find_figures("فكك 210 خلية بين 2002 و2021، 88 منها لها صلات بالخارج.")
    assert second.unit == "خلية" and second.value == 88
    assert [day.year for day in first.period] == [2002, 2021]


def test_a_period_since_a_year_stays_open() -> None:
    (figure,) = find_figures("ومنذ إطلاقه عام 2017، استفاد أكثر من 300 سجين")
    assert figure.period[0].year == 2017 and figure.period[1] is None
