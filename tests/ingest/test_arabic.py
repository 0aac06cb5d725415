"""Every message that ingest can leave in a delivery's record has an Arabic form with the same values, and contains no
words of a library.
"""

import ast
import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from articles.ingest.arabic import ARABIC, FORMAT_NAMES, field_in_arabic, in_arabic, stored_in_arabic
from articles.ingest.readers import FORMATS
from articles.ingest.run import Options, Report, ingest, messages_of
from articles.platform.messages import Message

ROOM = Path(__file__).parents[2] / "articles"
SOURCES = [
    *sorted((ROOM / "ingest").rglob("*.py")), ROOM / "platform" / "limits.py", ROOM / "platform" / "addresses.py",
    ROOM / "models" / "capture.py",
]  # fmt: skip
# The functions in WITH_TEMPLATE take a template as their first argument; those in WITH_MESSAGE take a message as their
# last.
WITH_TEMPLATE, WITH_MESSAGE = (
    {
        "Message",
        "UnreadableError",
        "AddressError",
        "AuthorityError",
        "MessageError",
        "DamagedCaptureError",
        "_BadRecordError",
    },
    {"Broken", "Note", "Failure", "Exceeded", "ArchiveLoadFailed", "_HeadersTooLongError"},
)
BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ."
# Three English words in a row; shorter ones may be values, which are the same in both languages.
ENGLISH = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yields (file and line, call) for each call of one of the named functions in the sources."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield f"{path.name}:{node.lineno}", node


def templates() -> dict[str, str]:
    """Yields the templates in the sources, with the place of each."""
    return {
        call.args[0].value: place
        for place, call in calls(WITH_TEMPLATE)
        if call.args and isinstance(call.args[0], ast.Constant)
    }


def names_in(template: str) -> set[str]:
    """Returns the names of the placeholders in a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_template_has_an_arabic_form_of_the_same_values() -> None:
    written = templates()
    assert len(written) > 100
    assert {place: text for text, place in written.items() if text not in ARABIC} == {}
    assert set(ARABIC) - set(written) == set(), "a form for what nothing says"
    for template, form in ARABIC.items():
        # A refusal by the database brings its own Arabic text (articles/models/refusals.py). The English `detail` of a
        # library or the system is for commands and logs.
        assert names_in(form) in (names_in(template) - {"detail"}, {"in_arabic"}), template
        assert template == form or re.search("[\u0600-\u06ff]", form), template


@pytest.mark.parametrize("names", [WITH_TEMPLATE, WITH_MESSAGE], ids=["templates", "messages"])
def test_no_message_is_put_together_from_text(names: set[str]) -> None:
    """An f-string has no template, and a bare string in place of a message has no values."""
    loose = (ast.JoinedStr, ast.BinOp) if names is WITH_TEMPLATE else (ast.JoinedStr, ast.BinOp, ast.Constant)
    wrong = [
        (place, ast.unparse(call))
        for place, call in calls(names)
        if call.args and isinstance(call.args[0 if names is WITH_TEMPLATE else -1], loose)
    ]
    assert wrong == []


def ingest_file(tmp_path: Path, name: str, content: bytes) -> Report:
    """Writes a file and ingests its folder."""
    (tmp_path / name).write_bytes(content)
    return ingest([tmp_path], Options(largest=200_000))


def rows(*lines: str) -> bytes:
    """Returns the lines as one file."""
    return "\n".join(lines).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("deep.jsonl", rows('{"title": "خبر", "body": "' + BODY + '", "x": ' + "[" * 90_000 + "]" * 90_000 + "}"), "متداخلة"),
        ("cut.jsonl", rows('{"title": "خبر", "body": '), "ينقطع أو يختل"),
        ("digits.jsonl", rows('{"title": "خبر", "body": "نص", "x": ' + "9" * 9_000 + "}"), "أرقامه"),
        ("break.csv", f"title,body\nخبر,{BODY}\rثان,نص\n".encode(), "سطر جديد داخل خلية"),
        ("quote.csv", rows("title,body", '"خبر"آخر,' + BODY), "علامة الاقتباس"),
        ("open.csv", rows("title,body", '"خبر,' + BODY), "لم تُغلق"),
        ("cells.csv", rows("title,body", "خبر"), "عدد الخلايا"),
        ("field.jsonl", rows(json.dumps({"title": 5, "body": BODY})), "ليس نصا"),
        ("a.txt.gz", gzip.compress(BODY.encode(), mtime=0)[:-20], "gzip"),
        ("a.warc.gz", b"\x1f\x8b\x08 not packed", "السطر|التسجيلة"),
        ("a.wacz", b"PK\x03\x04 no package", "الحزمة"),
        ("a.pdf", b"%PDF", "لا تُقرأ الملفات"),
    ],
)  # fmt: skip
def test_what_a_library_says_never_reaches_a_person(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    failures = ingest_file(tmp_path, name, content).failures
    assert failures
    for failure in failures:
        english, arabic = str(failure.reason), in_arabic(failure.reason)
        assert not re.search("recursion|new-line|delimiter|Expecting|Error|Exceeds|zlib|invalid", english), english
        assert re.search("[\u0600-\u06ff]", arabic) and not ENGLISH.search(arabic), arabic
        assert re.search(words, f"{in_arabic(failure.path)}: {arabic}"), arabic


def test_a_message_is_the_same_after_json_and_its_values_are_said_in_arabic_too() -> None:
    inner = Message("it breaks off or goes wrong at character {place:,}", place=1200)
    message = Message("“{field}” is {reason}", field="published", reason=Message("not JSON: {reason}", reason=inner))
    assert str(message) == "“published” is not JSON: it breaks off or goes wrong at character 1,200"
    row = json.loads(json.dumps({"reason": message, "messages": messages_of(reason=message)}))
    assert stored_in_arabic(row, "reason").replace("\u2068", "").replace("\u2069", "") == (
        "الحقل «published»: ليس JSON سليما: ينقطع أو يختل عند المحرف 1,200."
    )
    # Rows from before messages were stored, and rows that no version wrote.
    assert stored_in_arabic({"reason": "not JSON: x"}, "reason") == "not JSON: x"
    assert stored_in_arabic({"reason": "x", "messages": {"reason": {"template": "{a}", "values": {}}}}, "reason") == "x"


@pytest.mark.parametrize(
    ("size", "words"), [(2, "بايتان"), (8, "8 بايتات"), (7_340, "7,340 بايتا"), (1_000, "1,000 بايت"), (1, "بايت واحد")]
)
def test_numbers_of_a_message_agree_with_their_nouns(size: int, words: str, settings: Any) -> None:
    message = Message("“{field}” has {size:,} bytes; the most is {most:,}", field="title", size=size, most=2_600)
    assert in_arabic(message).endswith(f"{words}، والحد 2,600.")
    settings.ARCHIVE_DIGITS = "arabic"
    assert in_arabic(message).endswith("، والحد ٢,٦٠٠.")


@pytest.mark.parametrize(("seconds", "words"), [(0.5, "0.5 ثانية"), (5, "5 ثوان"), (20.0, "20 ثانية")])
def test_seconds_agree_too(seconds: float, words: str) -> None:
    assert words in in_arabic(
        Message("it took longer than {seconds:g} seconds (ARCHIVE_FETCH_SECONDS)", seconds=seconds)
    )


def plain(text: str) -> str:
    """Returns a text without the marks that isolate its direction."""
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"status": "withdrawn"}, "لماذا صارت حالة المقال «مسحوب»"),
        ({"status": "gone"}, "مسودة (draft)، منشور (published)"),
        (
            {
                "published": {
                    "date": "2024-06-05",
                    "precision": "month",
                    "earliest": "2024-06-01",
                    "latest": "2024-06-30",
                }
            },
            "تاريخ 2024-06-05، دقته الشهر، لا يسبق 2024-06-01 ولا يتأخر عن 2024-06-30",
        ),
        ({"published": {"date": "2024-06-05", "precision": "day"}}, "دقته اليوم، لا يسبق – ولا يتأخر عن –"),
    ],
)
def test_choices_are_said_by_their_arabic_names(tmp_path: Path, row: dict, words: str) -> None:
    (failure,) = ingest_file(tmp_path, "rows.jsonl", rows(json.dumps({"title": "خبر", "body": BODY} | row))).failures
    assert words in plain(in_arabic(failure.reason))


def test_fields_are_called_by_arabic_names() -> None:
    named = {
        name: plain(field_in_arabic(name))
        for name in ("published (row)", "published (heading)", "title", "filename", "x")
    }
    assert named == {
        "published (row)": "تاريخ النشر (من الجدول)", "published (heading)": "تاريخ النشر (فوق النص)", "title": "العنوان (title)",
        "filename": "اسم الملف", "x": "x",
    }  # fmt: skip
    assert set(FORMAT_NAMES) == set(FORMATS)


def test_the_forms_of_python_s_csv_reader_are_those_that_are_looked_for() -> None:
    """Python may reword its errors, which would make the texts for people wrong."""
    for text, part in (("a\rb", "new-line character"), ('"a"b', "expected after"), ('"a', "unexpected end")):
        with pytest.raises(csv.Error, match=part):
            list(csv.reader([text], strict=True))
