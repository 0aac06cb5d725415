import textwrap
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from articles.ingest.document import UnreadableError
from articles.ingest.text import read_text
from articles.models import ArchiveDate

PARAGRAPH = "أعلنت وزارة الداخلية اليوم عن تفكيك شبكة كانت تنشط في تزوير الوثائق على الحدود الشرقية للبلاد."
SECOND = "وأوضح المتحدث باسمها أن العملية جاءت بعد تحريات دامت أسابيع بتنسيق مع دول الجوار كلها."
TITLE = "تفكيك شبكة لتزوير الوثائق على الحدود"


def seed(number: str) -> str:
    """Returns the text of a seed by its number."""
    return next((settings.BASE_DIR / "fixtures" / "seeds").glob(f"{number}_*")).read_text(encoding="utf-8")


def kinds(text: str) -> dict[str, list[int]]:
    """Returns the numbers of the lines set aside, by kind."""
    lines_by_kind: dict[str, list[int]] = {}
    for line in read_text(text).set_aside:
        lines_by_kind.setdefault(line.kind, []).append(line.line)
    return lines_by_kind


def test_seed_000_section_title_and_comment_form() -> None:
    document = read_text(seed("000"))
    assert (document.section, document.title) == (
        "سياسة",
        "انطلاق أشغال الاجتماع الوزاري للتحالف الدولي ضد “داعش” بمراكش",
    )
    assert kinds(seed("000")) == {"section": [1], "furniture": [27, 29]}
    assert document.body.startswith("انطلقت، الأربعاء") and document.body.endswith("سوريا والعراق.")


def test_seed_001_has_a_made_title() -> None:
    document = read_text(seed("001"))
    assert document.title_origin == "made" and document.body.startswith(document.title)
    assert document.set_aside == ()


def test_seed_002_pull_quote() -> None:
    assert kinds(seed("002")) == {"pull quote": [10]}


def test_seed_003_date_repeated_title_and_agency() -> None:
    document = read_text(seed("003"))
    assert document.dates[0].date == ArchiveDate.on(date(2024, 11, 6))
    assert kinds(seed("003")) == {"date": [1], "repeated title": [5], "source": [31], "furniture": [34, 36, 38]}
    assert document.marks == ("و م ع",)


def test_seed_004_repeated_title() -> None:
    assert kinds(seed("004")) == {"repeated title": [2]}


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_nothing_of_the_original_is_lost(number: str) -> None:
    document = read_text(seed(number))
    stored_text = document.body + document.title + "".join(line.text for line in document.set_aside)
    for line in seed(number).splitlines():
        assert " ".join(line.split()) in stored_text


@pytest.mark.parametrize(
    "text",
    [
        f"أخبار وطنية\n{TITLE}\nالخميس 26 شتنبر 2024 - 14:30\nبقلم: ليلى العمراني\n{PARAGRAPH}\n{SECOND}\nشارك\nفيسبوك\n",
        f"نشر في 26/09/2024\r\n\r\n{TITLE}\r\n\r\nبقلم: ليلى العمراني\r\n\r\n{PARAGRAPH}\r\n\r\n{SECOND}\r\n\r\nالتعليقات\r\n",
        f"{TITLE}\n\nكتبت: ليلى العمراني\n\n٢٦ أيلول ٢٠٢٤\n\n{PARAGRAPH}\n\n{TITLE}\n\n{SECOND}\n\nاقرأ أيضا: خبر آخر من بلد آخر",
    ],
)
def test_other_layouts_of_one_article_read_alike(text: str) -> None:
    document = read_text(text)
    assert document.title == TITLE
    assert document.author == "ليلى العمراني"
    assert document.body == f"{PARAGRAPH}\n\n{SECOND}"
    assert document.dates[0].date == ArchiveDate.on(date(2024, 9, 26))


@pytest.mark.parametrize("width", [38, 52, 70, 110])
def test_lines_broken_by_a_column_become_paragraphs_again(width: int) -> None:
    long = f"{PARAGRAPH} {PARAGRAPH.replace('أعلنت', 'وذكرت')} {PARAGRAPH.replace('أعلنت', 'وكررت')}"
    wrapped = "\n".join(textwrap.wrap(long, width))
    document = read_text(f"{TITLE}\n\n{wrapped}\n\n{wrapped.replace('أعلنت', 'كررت')}\n")
    assert document.title == TITLE and document.body.split("\n\n")[0] == long


# The lines have similar lengths, and none ends with a full stop.
OPEN_ENDED = [
    "استقبل رئيس البلدية في صالة الاجتماعات وفدا من 14 مهندسا يمثلون شركات الموانئ في الإقليم",
    "وقال رئيس الوفد إن الأعمال تبدأ بعد شهر وتستمر سنتين على مراحل ثلاث",
    "وطالب المجلس بنشر العقود كلها قبل التوقيع عليها وبفتح باب الاعتراض للسكان أسبوعين",
    "وينتظر أن تعقد الجلسة التالية في الميناء القديم بحضور ممثلي النقابات والصيادين",
]


def test_paragraphs_without_full_stops_stay_apart() -> None:
    assert read_text("\n".join([TITLE, *OPEN_ENDED])).body == "\n\n".join(OPEN_ENDED)
    even = [line[:60].rsplit(" ", 1)[0] for line in OPEN_ENDED]
    assert read_text("\n".join([TITLE, *even]), whole_paragraphs=True).body == "\n\n".join(even)


def test_a_dateline_gives_date_and_agency_and_stays_in_the_text() -> None:
    document = read_text(f"{TITLE}\n\nالرباط 6 نونبر 2024 (ومع) - {PARAGRAPH}\n\n{SECOND}")
    assert document.dates[0].date == ArchiveDate.on(date(2024, 11, 6)) and "ومع" in document.marks
    assert document.body.startswith("الرباط 6 نونبر 2024")


def test_a_line_of_place_and_agency_is_no_title() -> None:
    document = read_text(f"القاهرة - أ ش أ\n\n{PARAGRAPH}\n\n{SECOND}")
    assert document.marks == ("أ ش أ",) and document.title_origin == "made" and len(document.title.split()) >= 7


def test_a_sentence_that_begins_like_a_button_stays() -> None:
    text = f"{TITLE}\n\n{PARAGRAPH}\n\nشارك المغرب في أشغال المؤتمر بوفد هام ضم ممثلي قطاعات عدة.\n\n{SECOND}"
    assert "شارك المغرب" in read_text(text).body


def test_presentation_forms_and_bidi_controls_become_plain_letters() -> None:
    assert read_text(f"{TITLE}\n\n\u202b\ufedf\ufee0\ufee2\ufed0\ufeae\ufe8f\u202c {PARAGRAPH}").body.startswith(
        "للمغرب "
    )


def test_nothing_but_furniture_is_no_article() -> None:
    with pytest.raises(UnreadableError):
        read_text("اترك تعليقاً\n\nشارك\n")


def test_the_seeds_are_as_they_came() -> None:
    import hashlib

    fixtures: Path = settings.BASE_DIR / "fixtures"
    listed = [line.split("  ") for line in (fixtures / "seeds.sha256").read_text().splitlines()]
    assert len(listed) == 5
    for digest, name in listed:
        assert hashlib.sha256((fixtures / name).read_bytes()).hexdigest() == digest
