"""Which lines of a scraped text are title, section, date, author, source and furniture, and which are the article."""

from datetime import date

import pytest

from articles.ingest import text
from articles.ingest.document import UnreadableError
from articles.ingest.text import language_of, made_title, read_text
from articles.models import ArchiveDate

FIRST = "أعلنت وزارة الداخلية اليوم عن تفكيك شبكة كانت تنشط في تزوير الوثائق على الحدود الشرقية للبلاد."
SECOND = "وأوضح المتحدث باسمها أن العملية جاءت بعد تحريات دامت أسابيع بتنسيق مع دول الجوار كلها."
TITLE = "تفكيك شبكة لتزوير الوثائق على الحدود"
DAY = ArchiveDate.on(date(2024, 9, 26))


@pytest.mark.parametrize(
    ("line", "kind", "fields"),
    [
        ("أخبار وطنية", "section", {"section": "أخبار وطنية"}),
        ("أخبار وطنية |", "section", {"section": "أخبار وطنية"}),
        ("أخبار المدن الكبرى هنا", "text", {}),
        ("26 شتنبر 2024", "date", {"dates": 1}),
        ("بقلم: ليلى العمراني", "author", {"author": "ليلى العمراني"}),
        ("كتبت ليلى العمراني", "author", {"author": "ليلى العمراني"}),
        ("و م ع", "source", {"marks": ("و م ع",)}),
        ("(أ.ف.ب)", "source", {"marks": ("أ.ف.ب",)}),
        ("/ومع/", "source", {"marks": ("ومع",)}),
        ("القاهرة - أ ش أ", "source", {"marks": ("أ ش أ",)}),
        ("المصدر: وكالة الأنباء", "source", {"marks": ("وكالة الأنباء",)}),
        ("شارك", "furniture", {}),
    ],
)
def test_a_line_above_the_title(line: str, kind: str, fields: dict[str, object]) -> None:
    document = read_text(f"{line}\n\n{TITLE}\n\n{FIRST}\n\n{SECOND}")
    kinds = {aside.text: aside.kind for aside in document.set_aside}
    if kind == "text":
        assert document.title == line
        return
    assert (document.title, document.title_origin) == (TITLE, "stated")
    assert kinds == {line: kind} and document.body == f"{FIRST}\n\n{SECOND}"
    assert document.section == fields.get("section", "") and document.author == fields.get("author", "")
    assert document.marks == fields.get("marks", ())
    assert [stated.date for stated in document.dates] == ([DAY] if "dates" in fields else [])


@pytest.mark.parametrize(
    ("line", "kind", "fields"),
    [
        ("و م ع", "source", {"marks": ("و م ع",)}),
        ("المصدر: وكالات", "source", {"marks": ("وكالات",)}),
        ("بقلم: ليلى العمراني", "author", {"author": "ليلى العمراني"}),
        ("26 شتنبر 2024", "date", {"dates": 1}),
        (TITLE, "repeated title", {}),
        (TITLE + ".", "repeated title", {}),
        (FIRST, "repeated", {}),
        ("تفكيك شبكة كانت تنشط في تزوير الوثائق", "pull quote", {}),
        ("شبكة كانت تنشط في تزوير", "pull quote", {}),
        ("شبكة كانت تنشط في", "", {}),
        ("شبكة كانت تنشط في تزوير.", "", {}),
        ("شبكة كانت تعمل في تزوير الوثائق", "pull quote", {}),
        ("شبكة كانت تعمل في صنع الوثائق", "", {}),
        ("وقال المصدر: وكالات الأنباء كلها نقلت الخبر أمس", "", {}),
        ("كلام آخر تماما عن أمر آخر", "", {}),
    ],
)
def test_a_line_below_the_text(line: str, kind: str, fields: dict[str, object]) -> None:
    document = read_text(f"{TITLE}\n\n{FIRST}\n\n{SECOND}\n\n{line}")
    assert {aside.text: aside.kind for aside in document.set_aside} == ({line: kind} if kind else {})
    assert document.body == "\n\n".join([FIRST, SECOND, *([] if kind else [line])])
    assert (document.title, document.author) == (TITLE, fields.get("author", ""))
    assert document.marks == fields.get("marks", ())
    assert [(stated.where, stated.date) for stated in document.dates] == (
        [("closing line", DAY)] if "dates" in fields else []
    )


@pytest.mark.parametrize(
    ("beginning", "marks", "day"),
    [
        ("الرباط 6 نونبر 2024 (ومع) - ", ("ومع",), date(2024, 11, 6)),
        ("الرباط /ومع/ – ", ("ومع",), None),
        ("واشنطن – أ ف ب: ", ("أ ف ب",), None),
        ("الرباط نونبر 2024 (ومع) - ", ("ومع",), None),
        ("الرباط، ومع ", (), None),
    ],
)
def test_a_dateline_stays_in_the_text(beginning: str, marks: tuple[str, ...], day: date | None) -> None:
    document = read_text(f"{TITLE}\n\n{beginning}{FIRST}\n\n{SECOND}")
    assert document.body == f"{beginning}{FIRST}\n\n{SECOND}" and document.marks == marks
    assert [(stated.where, stated.date.date) for stated in document.dates] == ([("dateline", day)] if day else [])


@pytest.mark.parametrize("mark", ["(ومع)", "/ومع/", "[ومع]"])
def test_a_mark_at_the_end_of_the_last_paragraph_stays_there(mark: str) -> None:
    document = read_text(f"{TITLE}\n\n{FIRST}\n\n{SECOND} {mark}")
    assert document.marks == ("ومع",) and document.body.endswith(mark)


@pytest.mark.parametrize(
    ("text", "title", "origin"),
    [
        (f"{TITLE}\n\n{FIRST}", TITLE, "stated"),
        (f"{TITLE}.\n{TITLE}.\n\n{FIRST}", TITLE, "stated"),
        (f"كلمة قصيرة\n\n{FIRST}", "كلمة قصيرة", "stated"),
        (f"كلمة\n\n{FIRST}", "كلمة", "made"),
        (FIRST, "أعلنت وزارة الداخلية اليوم عن تفكيك شبكة كانت تنشط في تزوير الوثائق …", "made"),
        (f"أخبار وطنية\n{TITLE}\nسطر آخر من العنوان الطويل\n{TITLE}\n\n{FIRST}", TITLE, "stated"),
        ("عنوان بلا نقطة هنا\nوبعده سطر واحد بلا نقطة", "عنوان بلا نقطة هنا", "stated"),
        ("سطران قصيران\nبلا نقطة", "سطران قصيران", "made"),
    ],
)
def test_the_title_of_a_text(text: str, title: str, origin: str) -> None:
    document = read_text(text)
    assert (" ".join(document.title.split()), document.title_origin) == (title, origin)


def test_the_declared_title_of_a_page_is_taken_out_of_its_text() -> None:
    text = f"جريدة المثال اليومية\n{TITLE}\n{FIRST}\n{SECOND}"
    document = read_text(text, TITLE, whole_paragraphs=True)
    assert (document.title, document.body) == (TITLE, f"{FIRST}\n\n{SECOND}")
    assert [aside.kind for aside in document.set_aside] == ["heading line", "repeated title"]
    # A line that stands below the title, or is longer than a banner, is text.
    text = f"{TITLE}\nسطر قصير تحت العنوان\n{FIRST}"
    assert read_text(text, TITLE, whole_paragraphs=True).body == f"سطر قصير تحت العنوان\n\n{FIRST}"
    long = "سطر طويل فوق العنوان من سبع كلمات"
    assert long in read_text(f"{long}\n{TITLE}\n{FIRST}", TITLE, whole_paragraphs=True).body


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("جملة قصيرة أولى. وجملة ثانية.", "جملة قصيرة أولى"),
        ("كلمة " * 13 + "كلمة.", " ".join(["كلمة"] * 14)),
        ("كلمة " * 15 + ".", " ".join(["كلمة"] * 12) + " …"),
        ("كلمة " * 6 + "كلمة، " + "لفظ " * 12 + ".", " ".join(["كلمة"] * 7)),
        ("كلمة " * 5 + "كلمة، " + "لفظ " * 12 + ".", " ".join(["كلمة"] * 6) + "، " + " ".join(["لفظ"] * 6) + " …"),
        ("كلمة " * 6 + "كلمة، " + "لفظ " * 6 + "لفظ، " + "كلام " * 6 + ".", " ".join(["كلمة"] * 7) + "، " + " ".join(["لفظ"] * 7)),
    ],
)  # fmt: skip
def test_a_made_title_is_the_first_sentence_or_a_part_of_it(body: str, title: str) -> None:
    assert made_title(body) == title


WRAPPED = (
    "وصل إلى المدينة صباح اليوم خمسة وعشرون\nخبيرا للمشاركة في ورشة عمل حول أمن الموانئ\n"
    "وتستمر أشغال الورشة ثلاثة أيام كاملة بمقر\nالوزارة كما أعلن المنظمون في بيان لهم أمس."
)


def test_lines_of_a_narrow_column_are_joined_unless_they_are_paragraphs() -> None:
    joined = WRAPPED.replace("\n", " ")
    assert read_text(f"{TITLE}\n\n{WRAPPED}").body == joined
    assert read_text(f"{TITLE}\n{WRAPPED}", whole_paragraphs=True).body != joined
    # Lines that end like sentences are paragraphs.
    sentences = WRAPPED.replace("\n", ".\n")
    assert "\n\n" in read_text(f"{TITLE}\n\n{sentences}").body


@pytest.mark.parametrize("text", ["", "\n \n", "شارك\nفيسبوك", "…\n—"])
def test_a_text_without_an_article_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_text(text)


@pytest.mark.parametrize(
    ("body", "language"),
    [("كلام", "ar"), ("words", "und"), ("كلام word", "ar"), ("كلم words", "und"), ("123", "ar"), ("ا" * 500 + "a" * 600, "ar"),
     ("a" * 501 + "ا" * 900, "und")],
)  # fmt: skip
def test_the_language_of_a_text_is_that_of_most_letters_of_its_beginning(body: str, language: str) -> None:
    assert language_of(body) == language


def counted(count: int, ending: str = "") -> str:
    return " ".join(["كلمة"] * count) + ending


@pytest.mark.parametrize(
    ("line", "is_paragraph"),
    [
        (counted(3, "."), False), (counted(4, "."), True), (counted(4, "…»"), True), (counted(4, "؟"), False), (counted(30), False), (counted(31), True),
        (f"{counted(10, '.')} {counted(5)}", False), (f"{counted(10, '؟')} {counted(6)}", True), (f"{counted(15, '!')} كلمة", False), (f"{counted(15, '!')} كلمة كلمة", True),
    ],
)  # fmt: skip
def test_which_line_is_running_text(line: str, is_paragraph: bool) -> None:
    assert text._is_paragraph(text.Line(1, line)) == is_paragraph


TEXT = "وصل الوفد صباح اليوم إلى المدينة للمشاركة في ورشة أمن الموانئ."


@pytest.mark.parametrize(
    ("written", "section", "aside", "body"),
    [
        # Above the title: a section, then lines as short; below it a single word.
        ("سياسة\nمحليات اليوم\nعنوان طويل من كلمات كثيرة\nخاص\n" + TEXT, "سياسة", ["section", "heading line", "heading line"], TEXT),
        ("أخبار من هنا وهناك\nعنوان طويل من كلمات كثيرة\nعنوان طويل من كلمات كثيرة\n" + TEXT, "أخبار من هنا وهناك", ["section", "repeated title"], TEXT),
        ("سياسة\nأخبار من هنا وهناك\nعنوان من كلمات كثيرة\nعنوان من كلمات كثيرة\n" + TEXT, "سياسة", ["section", "repeated title"], f"أخبار من هنا وهناك\n\n{TEXT}"),
        ("عنوان طويل من كلمات كثيرة\nسطر تحته\n" + TEXT, "", [], f"سطر تحته\n\n{TEXT}"),
        # A date at the end of a text with one other paragraph.
        (f"عنوان طويل من كلمات كثيرة\n\n{TEXT}\n\n5 مارس 2024", "", ["date"], TEXT),
    ],
)  # fmt: skip
def test_lines_around_the_title_and_at_the_end(written: str, section: str, aside: list[str], body: str) -> None:
    document = text.read_text(written)
    assert (document.section, [line.kind for line in document.set_aside], document.body) == (section, aside, body)


@pytest.mark.parametrize(("words", "is_set_aside"), [(6, True), (7, False)])
def test_a_banner_above_the_declared_title(words: int, is_set_aside: bool) -> None:
    document = text.read_text(f"{counted(words)}\nالعنوان المعلن للصفحة\n{TEXT}", "العنوان المعلن للصفحة")
    assert [line.kind for line in document.set_aside] == ["heading line"] * is_set_aside + ["repeated title"]
    assert document.body == (TEXT if is_set_aside else f"{counted(words)}\n\n{TEXT}")


def test_a_row_of_signs_is_no_paragraph_and_a_dateline_is_quoted_whole() -> None:
    signs = " ".join("*" * 20)
    document = text.read_text(f"عنوان طويل من كلمات كثيرة\n\nالرباط 6 نونبر 2024 (ومع) - {TEXT}\n\n{signs}\n\n{FIRST}")
    assert [(line.kind, line.text) for line in document.set_aside] == [("pull quote", signs)]
    assert [(day.where, day.quote) for day in document.dates] == [("dateline", "الرباط 6 نونبر 2024 (ومع) -")]
