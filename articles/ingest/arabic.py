"""Translates the messages of ingest into Arabic.

Every message of a reader, the gate, the store or a fetch has a translation, which tests/ingest/test_arabic.py checks.
The desk calls it for the record of a delivery (articles/admin/deliveries.py) and wherever else an editor sees such a
message.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from articles.arabic.characters import ARABIC_INDIC_DIGITS
from articles.arabic.counting import BYTES, TIMES, Forms, agreeing
from articles.arabic.isolating import isolate
from articles.arabic.months import ENGLISH_WEEKDAYS, WEEKDAYS
from articles.models import ArticleStatus, Precision
from articles.platform.messages import Message


def in_arabic(text: str) -> str:
    """Returns a message in Arabic. A plain text, or a message without a translation, is returned as it is."""
    if not isinstance(text, Message) or text.template not in ARABIC:
        return text
    return ARABIC[text.template].format(**{name: _value(name, value) for name, value in text.values.items()})


def _value(name: str, value: object) -> object:
    """Returns a message's value as the translation shows it: a choice by its label, a list with Arabic commas."""
    if not isinstance(value, str):
        return _ArabicNumber(value)
    if isinstance(value, Message):
        return isolate(in_arabic(value))
    if name in _LIST_NAMES:
        items = value.split(", ")
        return "، ".join(isolate(f"{_STATUSES[item]} ({item})" if item in _STATUSES else item) for item in items)
    return isolate(_CHOICES.get(name, {}).get(value, value))


class _ArabicNumber:
    """A number of a message, in the digits of the archive.

    The format «{size:bytes}» adds a noun of `_NOUNS`, in agreement.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        if spec not in _NOUNS:
            return _in_digits(format(self.value, spec))
        forms = _NOUNS[spec]
        if self.value != int(self.value):
            return f"{_in_digits(f'{self.value:g}')} {forms[0]}"
        return agreeing(int(self.value), forms, _in_digits(f"{int(self.value):,}"))


def _in_digits(text: str) -> str:
    return text.translate(ARABIC_INDIC_DIGITS) if settings.ARCHIVE_DIGITS == "arabic" else text


_NOUNS: dict[str, Forms] = {
    "bytes": BYTES,
    "cells": ("خلية", "خليتان", "خلايا", "خلية"),
    "parts": ("جزء", "جزءان", "أجزاء", "جزءا"),
    "lines": ("سطر", "سطران", "أسطر", "سطرا"),
    "chunks": ("قطعة", "قطعتان", "قطع", "قطعة"),
    "times": TIMES,
    "seconds": ("ثانية", "ثانيتان", "ثوان", "ثانية"),
}


def stored_in_arabic(row: Mapping[str, Any], name: str) -> str:
    """Returns the text `name` in a row of a delivery's record, in Arabic; in English if the row is older than messages."""
    try:
        return in_arabic(Message.of_dict(row["messages"][name]))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return str(row.get(name, ""))


def field_in_arabic(name: str) -> str:
    """Returns the desk's name of a field, with its name in files. An unknown field has only the latter."""
    field, _, place = name.removesuffix(")").partition(" (")
    words = FIELDS.get(field)
    if not words or field in _OURS:
        return words or name
    return f"{words} ({_DATE_PLACES.get(place) or isolate(place or field)})"


# _CHOICES: name of a message's value → labels of its choices.
# _LIST_NAMES: names of values that are comma-separated lists.
_STATUSES = dict(ArticleStatus.choices)
_NO_DAY = {"none": "–"}
_WEEKDAYS = dict(zip(ENGLISH_WEEKDAYS, WEEKDAYS, strict=True))
_CHOICES = {
    "status": _STATUSES, "precision": dict(Precision.choices), "date": _NO_DAY, "earliest": _NO_DAY, "latest": _NO_DAY,
    "weekday": _WEEKDAYS, "said": _WEEKDAYS,
}  # fmt: skip
_LIST_NAMES = {"choices", "columns", "missing", "readable"}
# Fields whose names occur in no file. They are shown by their Arabic names alone.
_OURS = {"filename", "text", "encoding", "records"}
# Place of a date in an original → its Arabic name.
_DATE_PLACES = {"row": "من الجدول", "heading": "فوق النص", "closing line": "آخر النص", "dateline": "مطلع النص"}
# Format of a file → its name in the upload form.
FORMAT_NAMES = {
    "text": "نص", "html": "صفحة HTML", "jsonl": "أسطر JSON", "csv": "جدول CSV", "warc": "أرشيف ويب WARC", "wacz": "أرشيف ويب WACZ",
}  # fmt: skip


# Field that the archive reads → the desk's name for it.
FIELDS = {
    "title": "العنوان", "body": "المتن", "author": "الكاتب", "section": "القسم", "source": "المصدر", "url": "الرابط",
    "language": "اللغة", "status": "الحالة", "notice": "الإشعار", "title_origin": "أصل العنوان", "published": "تاريخ النشر",
    "captured_at": "وقت الالتقاط", "capture_filename": "اسم ملف الأصل", "filename": "اسم الملف", "text": "النص",
    "encoding": "الترميز", "Content-Encoding": "ضغط المحتوى", "WARC-Date": "وقت الالتقاط",
    "WARC-Target-URI": "عنوان التسجيلة", "records": "التسجيلات",
}  # fmt: skip

ARABIC = {
    # Places
    "{place}: {reason}": "{place}: {reason}",
    "line {line}, column {column}": "السطر {line}، العمود {column}",
    "the end of the file": "آخر الملف",
    "{path}: {place}": "{path}، {place}",
    "{file}, {place}": "{file}، {place}",
    "line {number}": "السطر {number}",
    "record at offset {offset:,}": "التسجيلة عند البايت {offset:,}",
    "{reason} of line {line}": "{reason}، في السطر {line}",
    # Files and their bytes
    "no such file or folder": "لا ملف ولا مجلد بهذا الاسم.",
    "not a regular file": "ليس ملفا عاديا.",
    "a link that leads out of the folder; name what it leads to, to have it read": "رابط يقود إلى خارج المجلد. اذكر ما يقود إليه بنفسه ليُقرأ.",
    "the file is empty": "الملف فارغ.",
    "the page is empty": "الصفحة فارغة.",
    "the file is binary, not text": "الملف ليس نصا، بل بيانات ثنائية.",
    "the file is binary, not text (it holds control characters)": "الملف ليس نصا: فيه محارف تحكم.",
    "files that end in “{ending}” cannot be read; name the format, or use {readable}":
        "لا تُقرأ الملفات التي تنتهي بـ«{ending}». اختر الصيغة، أو استعمل: {readable}.",
    "{size:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)":
        "حجمه {size:bytes}، وأكبر مستند يُقبل {most:bytes}.",
    "more than {most:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)":
        "أكبر من {most:bytes}، وهو الحد لمستند واحد.",
    "more than {most:,} bytes when unpacked; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)":
        "أكبر من {most:bytes} بعد فك ضغطه، وهو الحد لمستند واحد.",
    "larger than {most:,} bytes when unpacked (ARCHIVE_LARGEST_FILE)": "أكبر من {most:bytes} بعد فك ضغطه، وهو الحد لمستند واحد.",
    "the gzip file is damaged or cut short": "ملف gzip تالف أو مبتور.",
    "{count:,} parts in a row cannot be read; what follows this place was left unread": "تعذرت قراءة أجزاء متتالية، وعددها {count:,}، فتُرك ما بعدها.",
    # Encodings
    "unknown encoding “{name}”": "لا ترميز باسم «{name}».",
    "the text is in no encoding that is known": "ترميز النص غير معروف.",
    "not {name} text: byte 0x{byte} at offset {offset} (line {line}); name its encoding, for example --encoding windows-1256":
        "ليس نصا بترميز {name}: البايت 0x{byte} في الموضع {offset} (السطر {line}). اكتب ترميزه عند إضافته، مثل windows-1256.",
    "not UTF-8 text: byte 0x{byte} at offset {offset}": "ليس نصا بترميز UTF-8: البايت 0x{byte} في الموضع {offset}",
    "{count:,} broken bytes of {name} became “\ufffd”": "بايتات تالفة في نص {name} صار مكانها «\ufffd»، وعددها {count:,}.",
    "the last character is cut off; it was left out": "الحرف الأخير مبتور، فتُرك.",
    "bytes that are none in the file's encoding became “\ufffd”": "بايتات لا معنى لها في ترميز الملف صار مكانها «\ufffd».",
    "the bytes are {name}, and were read so": "البايتات بترميز {name}، وقُرئت به.",
    "letters that were once wrongly decoded were put right": "حروف كانت قُرئت من قبل بترميز خاطئ، فأُصلحت.",
    "reads as if it was once wrongly decoded; it was taken as it is": "يبدو أنه قُرئ من قبل بترميز خاطئ؛ أُخذ كما هو.",
    # What a server packed
    "{field} is “{name}”; known are {choices}": "قيمة {field} هي «{name}»، والمعروف: {choices}.",
    "{field} is “{name}”, but the content is damaged": "قيمة {field} هي «{name}»، لكن المحتوى تالف.",
    "{field} is “{name}”, but the content is cut short": "قيمة {field} هي «{name}»، لكن المحتوى مبتور.",
    "the content is not packed; it was taken as it is": "المحتوى غير مضغوط، فأُخذ كما هو.",
    "the packed content is cut short; what came of it was taken": "المحتوى المضغوط مبتور، فأُخذ ما وصل منه.",
    # Pages
    "elements are nested {depth:,} deep; the deepest page accepted is {most}": "عناصر الصفحة متداخلة إلى عمق {depth:,}، والحد {most}.",
    "a tag has {count:,} attributes; the most accepted is {most:,}": "في الصفحة وسم له من السمات {count:,}، والحد {most:,}.",
    "no article text was found on the page": "لا نص مقال في الصفحة.",
    "no article text: nothing remains beside headings and page furniture": "لا نص مقال: لا شيء فيه غير العناوين وأثاث الصفحة.",
    "nested too deep to be read": "متداخل إلى عمق لا يُقرأ.",
    "the page gives it as its own address, and it is no address of the web; it was ignored":
        "تذكره الصفحة عنوانا لها، وليس عنوانا على الويب، فتُرك.",
    "{count:,} control characters were removed": "حُذفت محارف تحكم، وعددها {count:,}.",
    "{count:,} marks of direction were removed": "حُذفت علامات اتجاه، وعددها {count:,}.",
    "{controls:,} control characters and {marks:,} marks of direction were removed":
        "حُذفت محارف تحكم وعددها {controls:,}، وعلامات اتجاه وعددها {marks:,}.",
    # Rows
    "there are no rows in it": "لا صفوف فيه.",
    "line 1, the names of the columns: {reason}": "السطر 1، أسماء الأعمدة: {reason}",
    "line 1: {columns:,} columns; the most is {most:,}": "السطر 1: عدد الأعمدة {columns:,}، والحد {most:,}.",
    "they have more than {most:,} bytes": "أطول من {most:bytes}.",
    "the row has more than {most:,} cells": "في السطر أكثر من {most:cells}.",
    "“{field}” is {reason}": "الحقل «{field}»: {reason}",
    # Authority files
    "{file}: {kind}: tables are expected, each as [[{kind}]]; this is {value}":
        "{file}: {kind}: يُنتظر جدول لكل مادة، يبدأ بـ[[{kind}]]، وهذا {value}.",
    "{file}: {count} entries and names are more than the {most} taken here; divide the file, or run manage.py load_authority": (
        "{file}: فيه {count} من المداخل والأسماء، والحد هنا {most}. قسّم الملف، أو اطلب تحميله من مسؤول النظام."
    ),
    "participants: an event has at most {most} here, this has {count}": "participants: للفعالية {count} من المشاركين، والحد {most}.",
    "aliases: an actor has at most {most} names here, this has {count}": "aliases: للفاعل {count} من الأسماء، والحد {most}.",
    "{file}: unknown table “{table}”; known are {choices}": "{file}: لا جدول باسم «{table}»؛ الجداول هي: {choices}.",
    "tables or lists are nested too deep to be read": "جداوله أو قوائمه متداخلة إلى عمق لا يُقرأ.",
    "line {line} is not UTF-8 text (byte 0x{byte}); store the file as UTF-8":
        "السطر {line} ليس نصا بترميز UTF-8 (البايت 0x{byte})؛ احفظ الملف بهذا الترميز.",
    "not TOML: {reason}": "ليس TOML سليما: {in_arabic}.",
    "a number has more digits than can be read": "فيه عدد أرقامه أكثر مما يُقرأ.",
    "a value is not one that TOML knows ({reason})": "فيه قيمة لا يعرفها TOML ({reason}).",
    "a key of {most} parts or more": "في مفتاح منه {most:parts} أو أكثر.",
    "{expected} is expected, this is {value}": "يُنتظر {expected}، وهذا {value}.",
    "{field}: {expected} is expected, this is {value}": "{field}: يُنتظر {expected}، وهذا {value}.",
    "unknown field “{field}”; known are {choices}": "لا حقل باسم «{field}»؛ الحقول هي: {choices}.",
    "its name is that of entry {number}, “{name}”, which it would overwrite; names are compared without marks and hamza: "
    "make one entry of the two, or tell actors apart by “distinction”": (
        "اسمها اسم المادة {number} «{name}»، فتمحو ما فيها؛ لا تفرق بين الأسماء حركة ولا همزة. "
        "اجعل الاثنتين مادة واحدة، أو فرق بين الفاعلين بحقل distinction."
    ),
    "“{field}” is missing": "ينقص الحقل «{field}».",
    "series: no series is named “{name}”": "series: لا سلسلة باسم «{name}».",
    "participants: no actor is named “{name}”": "participants: لا فاعل باسم «{name}».",
    "{field}: not a date field, or not of its type": "{field}: ليس من حقول التاريخ، أو ليست قيمته من نوعه.",
    "{field}: “{value}” is not one of {choices}": "{field}: القيمة «{value}» ليست من: {choices}.",
    "{field}: “{value}” has {length:,} characters; the most is {most:,}": "{field}: عدد حروف «{value}» {length:,}، والحد {most:,}.",
    "{field}: {value} is before {earliest}": "{field}: القيمة {value} تسبق {earliest}.",
    "end: the event ends on {end}, before it begins on {start}": "end: تنتهي الفعالية في {end}، قبل أن تبدأ في {start}.",
    "a date": "تاريخ",
    "{field}: {value} is not within {days}": "{field}: القيمة {value} خارج المدى {days}.",
    "a list of text": "قائمة نصوص",
    "a whole number": "عدد صحيح",
    "a table": "جدول",
    "a list of tables": "قائمة جداول",
    "a number with a fraction": "عدد بكسر",
    "a date or time": "تاريخ أو وقت",
    "a list of {kind}": "قائمة عناصرها {kind}",
    "values of several kinds": "قيم من أنواع مختلفة",
    # Records of web archives
    "the package holds {count:,} WARC files; from this on they were left unread":
        "ملفات WARC في الحزمة أكثر مما يُقرأ، وعددها {count:,}؛ تُركت من هذا الملف فصاعدا.",
    "a file in the package is packed in a way that cannot be read": "في الحزمة ملف مضغوط بطريقة لا تُقرأ.",
    "a file in the package is locked with a password": "في الحزمة ملف مقفل بكلمة مرور.",
    "the package's list of files has {size:,} bytes; the most is {most:,}": "حجم قائمة ملفات الحزمة {size:bytes}، والحد {most:,}.",
    "it unpacks to more than {most:,} bytes and {times} times what it has packed":
        "يصير بعد فك ضغطه أكثر من {most:bytes}، وأكثر من {times} ضعفا من حجمه مضغوطا.",
    "more than {most:,} empty lines follow one another": "تتوالى فيه أكثر من {most:lines} من غير نص.",
    "it was sent in more than {most:,} chunks": "أُرسل في أكثر من {most:chunks}.",
    "a chunk of {size:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)":
        "فيه قطعة من {size:bytes}، وأكبر مستند يُقبل {most:bytes}.",
    "“{field}” is “{value}”, not a number of bytes": "قيمة «{field}» هي «{value}»، وليست عدد بايتات.",
    "{count:,} answers from addresses that are not of the web were left out":
        "أجوبة تُركت لأن عناوينها ليست على الويب، وعددها {count:,}.",
    "its compressed bytes are damaged": "بايتاته المضغوطة تالفة.",
    "it is cut short": "مبتور.",
    "it does not begin as a record of a web archive does": "لا يبدأ كما تبدأ تسجيلات أرشيف الويب.",
    "line 1: no column {missing}; the columns are {columns}": "السطر 1: لا عمود باسم {missing}؛ الأعمدة هي: {columns}.",
    "{cells} cells for {columns} columns": "عدد الخلايا {cells} وعدد الأعمدة {columns}.",
    "a NUL byte in line {line}": "محرف فارغ (NUL) في السطر {line}.",
    "a quotation mark is opened and not closed": "علامة اقتباس فُتحت ولم تُغلق.",
    "a line break stands inside a cell that is not in quotation marks": "سطر جديد داخل خلية ليست بين علامتي اقتباس.",
    "after the quotation mark that ends a cell, “{delimiter}” or the end of the line is expected":
        "بعد علامة الاقتباس التي تختم الخلية يُنتظر «{delimiter}» أو آخر السطر.",
    "a cell is too long": "خلية أطول من الحد.",
    "not JSON: {reason}": "ليس JSON سليما: {reason}",
    "it breaks off or goes wrong at character {place:,}": "ينقطع أو يختل عند المحرف {place:,}.",
    "lists or objects are nested too deep to be read": "قوائمه أو كائناته متداخلة إلى عمق لا يُقرأ.",
    "a number in it has too many digits": "فيه عدد أرقامه أكثر من الحد.",
    "a JSON object is expected, this is {kind}": "يُنتظر كائن JSON، وهذا {kind}.",
    "text": "نص",
    "true or false": "صواب أو خطأ",
    "a number": "عدد",
    "a list": "قائمة",
    "an object": "كائن",
    "nothing (null)": "لا شيء (null)",
    "“{field}” is missing or empty": "الحقل «{field}» غائب أو فارغ.",
    "“{field}” is no text": "الحقل «{field}» ليس نصا.",
    "“{field}” is {kind}, not text": "الحقل «{field}» {kind} وليس نصا.",
    "“status” is “{value}”, not one of {choices}": "الحالة (status) هي «{value}»، وليست من: {choices}.",
    "“notice” is missing: it tells readers why an article is {status}":
        "الإشعار (notice) غائب: فيه يُقال للقراء لماذا صارت حالة المقال «{status}».",
    "“url”: {reason}": "الرابط (url): {reason}",
    "“captured_at” is “{value}”, not an ISO 8601 time": "وقت الالتقاط (captured_at) هو «{value}»، وليس وقتا بصيغة ISO 8601.",
    "“published” is {kind}, not a date": "تاريخ النشر (published) {kind} وليس تاريخا.",
    "“published” is “{value}”, not a date": "تاريخ النشر (published) هو «{value}»، وليس تاريخا.",
    "“{field}” is “{value}”, not a day": "الحقل «{field}» هو «{value}»، وليس يوما.",
    "“published” has precision “{precision}” and basis “{basis}”, which the archive does not know":
        "دقة تاريخ النشر (published) «{precision}» وأساسه «{basis}»، ولا يعرفهما الأرشيف.",
    "“published” is {value}, which does not agree; {expected} is expected":
        "تاريخ النشر (published) لا يتفق بعضه مع بعض: {value}. المنتظر: {expected}.",
    "date {date}, precision {precision}, earliest {earliest}, latest {latest}":
        "تاريخ {date}، دقته {precision}، لا يسبق {earliest} ولا يتأخر عن {latest}",
    "the archive does not read this field": "لا يقرأ الأرشيف هذا الحقل.",
    "given {count:,} times; the last one was taken": "ورد أكثر من مرة (عدد المرات: {count:,})، وأُخذ الأخير.",
    "{count:,} line breaks became spaces": "عدد فواصل الأسطر التي صارت مسافات: {count:,}.",
    "only an article that is withdrawn or deleted has a notice; it was ignored":
        "لا إشعار إلا لمقال مسحوب أو محذوف، فتُرك.",
    "taken as “{value}”": "أُخذ على أنه «{value}».",
    "taken as {date}, inferred": "أُخذ على أنه {date}، مستنتجا.",
    "taken as {date}, inferred; that day is a {weekday}, not a {said}":
        "أُخذ على أنه {date}، مستنتجا؛ ذلك اليوم يوم {weekday}، لا {said}.",
    "taken as {date}, inferred: the days of the Hijri calendar are reckoned":
        "أُخذ على أنه {date}، مستنتجا: حُسب اليوم من التقويم الهجري.",
    "taken as {date}, inferred: it can only be read with its month first":
        "أُخذ على أنه {date}، مستنتجا: لا يُقرأ إلا والشهر فيه قبل اليوم.",
    # The gate
    "“{field}” is {value}; a time of {days} (years, in UTC) is expected": "الحقل «{field}» هو {value}؛ يُنتظر وقت بين {days} بتوقيت UTC.",
    "“{field}” is {value}; a day of {days} is expected": "الحقل «{field}» هو {value}؛ يُنتظر يوم بين {days}.",
    "“{field}” holds a NUL character": "في الحقل «{field}» محرف فارغ (NUL).",
    "“{field}” holds half of a character (an unpaired surrogate)": "في الحقل «{field}» نصف محرف.",
    "“{field}” has {length:,} characters; the most is {most:,}": "عدد حروف الحقل «{field}» {length:,}، والحد {most:,}.",
    "“{field}” has {size:,} bytes; the most is {most:,}": "حجم الحقل «{field}» {size:bytes}، والحد {most:,}.",
    "{reason}; the page has no address of its own here": "{reason} فليس للصفحة هنا رابط خاص بها.",
    "cut to {most:,} characters": "قُطع فبقي من حروفه {most:,}.",
    "cut from {length:,} to {most:,} characters": "قُطع: كانت حروفه {length:,} وبقي منها {most:,}.",
    "not a day of {days}; it was ignored": "ليس يوما بين {days}، فتُرك.",
    "later than the capture of {day}; it was ignored": "بعد يوم الالتقاط {day}، فتُرك.",
    "kept as “{name}”": "حُفظ باسم «{name}».",
    # Web archives
    "no record of a web archive": "ليس فيه تسجيلة من أرشيف وِب.",
    "no WARC file in the package (archive/*.warc.gz is expected)": "لا ملف WARC في الحزمة (يُنتظر archive/*.warc.gz).",
    "the package is damaged or cut short": "الحزمة تالفة أو مبتورة.",
    "would unpack from {packed:,} to {size:,} bytes": "حجمه {packed:bytes}، ويصير بعد فك ضغطه {size:,}: أكبر مما يُقبل.",
    "its length is not what its header says": "طولها غير ما في ترويستها.",
    "its headers do not have “{field}”": "ينقص ترويستها الحقل «{field}».",
    "{count:,} records that hold no page were skipped": "تسجيلات تُركت لأنها ليست صفحات، وعددها {count:,}.",
    "records are not compressed one by one; recompress the file with `warcio recompress`":
        "التسجيلات غير مضغوطة كل واحدة وحدها؛ أعد ضغط الملف بالأمر warcio recompress.",
    "a header line has more than {most:,} bytes": "سطر في الترويسة أطول من {most:bytes}.",
    "the headers have more than {most:,} bytes": "الترويسات أطول من {most:bytes}.",
    "it is not written as records of web archives are": "لم تُكتب كما تُكتب تسجيلات أرشيف الوِب.",
    "cut short: {size:,} of {length:,} bytes": "مبتورة: وصل منها {size:bytes} من {length:,}.",
    "not a time; taken as captured now": "ليس وقتا؛ عُد ملتقطا الآن.",
    "a revisit of {address}, of which no capture is stored": "زيارة أخرى لـ{address}، ولا نسخة محفوظة منه.",
    # Addresses
    "{address} is not a web address: no address on the internet is written so": "{address} ليس رابط صفحة: لا رابط يُكتب هكذا.",
    "{address} is not a web address: it must begin with http:// or https://": "{address} ليس رابط صفحة: ينبغي أن يبدأ بـhttp:// أو https://",
    "{address} is not a web address: a part of its host's name is missing or too long":
        "{address} ليس رابط صفحة: جزء من اسم الموقع غائب أو أطول من الحد.",
    "{address} has {length:,} characters when encoded; an address may have {most:,}":
        "عدد حروف {address} بعد ترميزه {length:,}، والحد {most:,}.",
    # Fetching
    "{address}: {reason}": "{address}: {reason}",
    "{address} could not be fetched: {reason}": "تعذر جلب {address}: {reason}",
    "{address} redirects more than {most} times": "{address} يحيل إلى غيره أكثر من {most:times}.",
    "{address} redirects to what no page is at: {reason}": "{address} يحيل إلى ما ليس رابط صفحة: {reason}",
    "{address} answered with status {status}": "لم يُعط {address} صفحة، بل رمز الحالة {status}.",
    "{address} is {media_type}, not a page": "{address} نوعه {media_type}، وليس صفحة.",
    "of no declared type": "غير معلن",
    "{address} is larger than {most:,} bytes (ARCHIVE_LARGEST_FILE)": "{address} أكبر من {most:bytes}، وهو الحد لمستند واحد.",
    "{host} has no address on the internet": "لا عنوان للموقع {host} على الإنترنت.",
    "{host} is not a public address": "الموقع {host} ليس متاحا للعموم على الإنترنت.",
    "the robots.txt of {host} does not allow {path} to be fetched": "ملف robots.txt في {host} لا يأذن بجلب {path}.",
    "it took too long": "طال الانتظار.",
    "it took longer than {seconds:g} seconds (ARCHIVE_FETCH_SECONDS)": "طال الانتظار أكثر من {seconds:seconds}.",
    "looking up its name took too long": "طال البحث عن عنوان الموقع.",
    "its server takes no connection": "خادم الموقع لا يقبل الاتصال.",
    "its certificate or encryption is not in order": "شهادة الموقع أو تعميته غير سليمة.",
    "its server broke off, or what it sent is no answer of the web": "قطع خادم الموقع الاتصال، أو أرسل ما ليس جوابا يُقرأ.",
    # Originals
    "capture {digest} cannot be read: {detail}": "تعذرت قراءة بايتات النسخة {digest} من القرص.",
    "capture {digest} cannot be unpacked: {detail}": "بايتات النسخة {digest} تالفة، فلا يُفك ضغطها.",
    "capture {digest} does not have that digest any more": "تغيرت بايتات النسخة {digest} على القرص، فلم تعد الأصل.",
    # Storing
    "the page gives it as its own address, and was fetched from another domain; it was kept as a claim alone":
        "تذكره الصفحة عنوانا لها، وقد جُلبت من نطاق آخر؛ حُفظ ادعاء لا عنوانا.",
    "the page gives it as its own address, and nothing shows that its file came from there; it was kept as a claim alone":
        "تذكره الصفحة عنوانا لها، ولا دليل على أن ملفها جُلب منه؛ حُفظ ادعاء لا عنوانا.",
    "a source of that name is kept under other domains than {host}; it was not taken":
        "في الأرشيف مصدر بهذا الاسم، لكن نطاقاته غير {host}، فلم يؤخذ به.",
    "no such source is kept; the article has none": "لا مصدر بهذا الاسم في الأرشيف، فبقي المقال بلا مصدر.",
    "no such source is kept; another one was told": "لا مصدر بهذا الاسم في الأرشيف، فعُرف المصدر من غيره.",
    "the article was stored before and keeps “{kept}”": "المقال محفوظ من قبل، ويبقى فيه «{kept}».",
    "the database refused it: {reason}": "رفضته قاعدة البيانات: {in_arabic}",
    "it could not be stored, which is a fault of the archive; the log has the particulars":
        "تعذر حفظه لخلل في الأرشيف نفسه؛ تفصيله في سجل النظام.",
    "its reader failed at it, which is a fault of the archive; the log has the particulars":
        "تعذرت قراءته لخلل في الأرشيف نفسه؛ تفصيله في سجل النظام.",
    "the archive itself failed at it; the log of the worker has the particulars": "خلل في الأرشيف نفسه؛ تفصيله في سجل عامل القراءة.",
    "its worker ended {attempts} times while it took this in: too much memory? See the log of the worker":
        "توقف عامل القراءة عنده، وجُرب {attempts:times}: لعله يحتاج ذاكرة أكثر من المتاح. تفصيله في سجل العامل.",
    "reading it takes more than {seconds:g} seconds of processor time (ARCHIVE_DOCUMENT_SECONDS)":
        "تحتاج قراءته أكثر من {seconds:seconds} من وقت المعالج، وهو الحد لمستند واحد.",
    "reading it takes more than {size:,.0f} MiB of memory (ARCHIVE_DOCUMENT_MEMORY)":
        "تحتاج قراءته أكثر من {size:,.0f} ميغابايت من الذاكرة، وهو الحد لمستند واحد.",
    "the process that read it was ended {times} times, by {ending}": "توقفت العملية التي تقرؤه، وجُرب {times:times} ({ending}).",
    "exit status {code}": "رمز الخروج {code}",
    # The system
    "No space left on device": "لا مساحة باقية على القرص.",
    "Disk quota exceeded": "استُنفدت الحصة من القرص.",
    "Read-only file system": "القرص للقراءة وحدها.",
    "Permission denied": "لا إذن بقراءته.",
    "Operation not permitted": "لا إذن بهذا.",
    "No such file or directory": "لا ملف بهذا الاسم.",
    "File name too long": "اسم الملف أطول من الحد.",
    "Input/output error": "خلل في القرص.",
    "the system could not do it: {reason}": "تعذر على النظام: {reason}",
}  # fmt: skip
