"""Which events a text names, when they are, and which two reports are of one event."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from articles.arabic.names import NameIndex
from articles.arabic.phrases import content_words
from articles.arabic.reading import Reading
from articles.extract.authority import Authority
from articles.extract.events import (
    EventDescription,
    best_match,
    containment,
    describe,
    event_phrases,
    lead_of,
    likeness,
    nominative,
    years_in,
)
from articles.models import ArchiveDate

DAY = date(2023, 2, 7)
ORGANISATION, STATE, PERSON, OTHER_ORGANISATION = 1, 2, 3, 4
AUTHORITY = Authority(
    NameIndex(()),
    {ORGANISATION: "organisation", STATE: "state", PERSON: "person", OTHER_ORGANISATION: "organisation"},
    {}, {}, {},
)  # fmt: skip
CONFERENCE = EventDescription(
    "المؤتمر حول أمن السواحل", "conference", ArchiveDate.on(DAY), frozenset({"مسقط"}), frozenset({"عُمان"}),
    frozenset({ORGANISATION}), key=1, content=frozenset({"امن", "سواحل", "صيد", "بحر"}),
)  # fmt: skip
ATTACK = replace(CONFERENCE, title="هجوم مسقط", kind="attack")
REPORT = replace(CONFERENCE, title="التقرير السنوي", kind="report")


def changed(event: EventDescription, **fields: Any) -> EventDescription:
    sets = {name: frozenset(value) for name, value in fields.items() if isinstance(value, set)}
    return replace(event, **(fields | sets))


WORDS_2_OF_4 = {"امن", "سواحل", "نقل", "مال"}
WORDS_1_OF_4 = {"امن", "ميناء", "نقل", "مال"}
NO_WORD = {"ميناء", "نقل", "مال", "سفن"}
ABROAD = {"cities": {"روما"}, "countries": {"إيطاليا"}}
NOWHERE: dict[str, Any] = {"cities": set(), "countries": set()}


@pytest.mark.parametrize(
    ("stored", "changes", "score", "agreed"),
    [
        (CONFERENCE, {}, 1.0, "kind_words_actors_place_date"),
        (CONFERENCE, {"kind": "meeting"}, 1.0, "kind_words_actors_place_date"),
        (CONFERENCE, {"actors": set()}, 0.80, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "kind": "summit"}, 0.725, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "kind": "launch"}, 0.725, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "content": WORDS_2_OF_4}, 0.65, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "content": WORDS_1_OF_4}, 0.575, "kind_place_date"),
        # One word of five is enough to compare the rest.
        (
            replace(CONFERENCE, content=frozenset({"امن", "صيد", "سفن", "نقل", "مال"})),
            {"actors": set(), "content": {"امن", "بحر", "شحن", "برد", "غاز"}},
            0.56,
            "kind_place_date",
        ),
        (CONFERENCE, {"actors": set(), "cities": set()}, 0.72, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "cities": {"صلالة"}}, 0.72, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), **NOWHERE}, 0.60, "kind_words_date"),
        (CONFERENCE, {"actors": set(), "when": ArchiveDate.in_month(2023, 2)}, 0.80, "kind_words_place_date"),
        (CONFERENCE, {"actors": set(), "when": ArchiveDate.unknown()}, 0.65, "kind_words_place"),
        (CONFERENCE, {"actors": set(), "when": ArchiveDate.on(DAY + timedelta(days=4))}, 0.65, "kind_words_place"),
        (CONFERENCE, {"actors": set(), "when": ArchiveDate.on(DAY - timedelta(days=4))}, 0.65, "kind_words_place"),
        (
            CONFERENCE,
            {"actors": set(), "content": WORDS_2_OF_4, "when": ArchiveDate.on(DAY + timedelta(days=1))},
            0.5,
            "kind_words_place",
        ),
        (CONFERENCE, {"content": NO_WORD}, 0.85, "kind_actors_place_date"),
        (CONFERENCE, {"content": NO_WORD, "actors": {ORGANISATION, PERSON}}, 0.85, "kind_actors_place_date"),
        # A state among the actors tells nothing.
        (CONFERENCE, {"actors": {STATE}}, 0.80, "kind_words_place_date"),
        (CONFERENCE, {"actors": {PERSON}}, 0.65, "kind_words_place_date"),
        (ATTACK, {"actors": set()}, 0.80, "kind_words_place_date"),
        # A report has no place or day of its own, so its score is of kind, words and actors.
        (REPORT, {"actors": set(), **NOWHERE, "when": ArchiveDate.unknown()}, 0.5625, "kind_words"),
        (REPORT, {**NOWHERE, "when": ArchiveDate.unknown()}, 1.0, "kind_words_actors"),
        (REPORT, {"actors": set(), **ABROAD, "when": ArchiveDate.unknown()}, 0.5625, "kind_words"),
    ],
)  # fmt: skip
def test_the_likeness_of_two_reports_adds_up_from_what_agrees(
    stored: EventDescription, changes: dict[str, Any], score: float, agreed: str
) -> None:
    for pair in ((changed(stored, **changes), stored), (stored, changed(stored, **changes))):
        match = likeness(*pair, AUTHORITY)
        assert match is not None
        assert (round(match.score, 4), match.rule) == (score, f"event.same_{agreed}")


@pytest.mark.parametrize(
    ("stored", "changes"),
    [
        (CONFERENCE, {"kind": "attack"}),
        (CONFERENCE, {"kind": "report"}),
        (CONFERENCE, ABROAD),
        (CONFERENCE, {"when": ArchiveDate.on(DAY + timedelta(days=5))}),
        (CONFERENCE, {"when": ArchiveDate.on(DAY - timedelta(days=5))}),
        (CONFERENCE, {"when": ArchiveDate.between(DAY + timedelta(days=1), DAY + timedelta(days=9))}),
        (CONFERENCE, {"when": ArchiveDate.between(None, DAY - timedelta(days=1))}),
        # Two meetings on neighbouring days in one town, with little in common, are two.
        (CONFERENCE, {"when": ArchiveDate.on(DAY + timedelta(days=1)), "content": WORDS_1_OF_4, "actors": set()}),
        (CONFERENCE, {"content": NO_WORD, "actors": set()}),
        # A second attack on the next day is another one.
        (ATTACK, {"when": ArchiveDate.on(DAY + timedelta(days=1))}),
        (replace(ATTACK, kind="operation"), {"when": ArchiveDate.on(DAY + timedelta(days=1))}),
        (replace(CONFERENCE, title="المؤتمر الرابع حول أمن السواحل"), {"title": "المؤتمر الخامس حول أمن السواحل"}),
        (replace(CONFERENCE, title="الدورة العاشرة للمؤتمر"), {"title": "الدورة التاسعة للمؤتمر"}),
        (replace(CONFERENCE, title="مؤتمر السواحل 2022"), {"title": "مؤتمر السواحل 2023"}),
        (replace(REPORT, years=frozenset({"2022"})), {"years": {"2023"}}),
    ],
)  # fmt: skip
def test_what_tells_two_events_apart(stored: EventDescription, changes: dict[str, Any]) -> None:
    for pair in ((changed(stored, **changes), stored), (stored, changed(stored, **changes))):
        assert likeness(*pair, AUTHORITY) is None


@pytest.mark.parametrize(
    ("stored", "changes"),
    [
        (replace(CONFERENCE, title="المؤتمر الرابع حول أمن السواحل"), {"title": "مؤتمر أمن السواحل"}),
        (replace(CONFERENCE, title="المؤتمر الرابع حول أمن السواحل"), {"title": "الدورة الرابعة لمؤتمر السواحل"}),
        (replace(CONFERENCE, title="مؤتمر السواحل 2022"), {"title": "مؤتمر السواحل"}),
        (replace(CONFERENCE, title="مؤتمر السواحل 2022"), {"title": "مؤتمر السواحل لعام 2022"}),
        (replace(CONFERENCE, title="مؤتمر السواحل 2022 و2023"), {"title": "مؤتمر السواحل 2023"}),
        (replace(REPORT, years=frozenset({"2022", "2023"})), {"years": {"2023"}}),
        (replace(REPORT, years=frozenset({"2022"})), {"years": set()}),
        # A conference of which two reports mention other years is one conference.
        (replace(CONFERENCE, years=frozenset({"2022"})), {"years": {"2023"}}),
    ],
)  # fmt: skip
def test_what_does_not_tell_two_events_apart(stored: EventDescription, changes: dict[str, Any]) -> None:
    for pair in ((changed(stored, **changes), stored), (stored, changed(stored, **changes))):
        assert likeness(*pair, AUTHORITY) is not None


def test_words_of_kind_and_place_count_only_where_there_are_no_others() -> None:
    """«هجوم مقديشو» has no other words; two conferences on different subjects share only «مؤتمر» and «مسقط»."""
    first = changed(CONFERENCE, title="مؤتمر الصيد في مسقط", content=set(), actors=set())
    second = replace(first, title="مؤتمر النقل بمسقط")
    assert likeness(first, second, AUTHORITY) is None
    bare = changed(ATTACK, title="هجوم مسقط", content=set(), actors=set())
    match = likeness(bare, replace(bare, title="هجوم في مسقط"), AUTHORITY)
    assert match is not None and "words" in match.rule
    fuller = likeness(bare, replace(bare, title="هجوم مسقط على مرفأ الصيد"), AUTHORITY)
    assert fuller is not None and "words" in fuller.rule
    # A town with and without its preposition is the same word, and tells as little.
    for first_town, second_town in (("في مسقط", "في مسقط"), ("بمسقط", "بمسقط"), ("بمسقط", "في مسقط")):
        pair = (
            replace(first, title=f"مؤتمر {subject} {town}")
            for subject, town in (("الصيد", first_town), ("النقل", second_town))
        )
        assert likeness(*pair, AUTHORITY) is None


@pytest.mark.parametrize(("shared", "is_same"), [(3, True), (2, False)])
def test_three_of_ten_actors_are_enough_to_compare_the_rest(shared: int, is_same: bool) -> None:
    actors = range(100, 200)
    authority = replace(AUTHORITY, kinds=dict.fromkeys(actors, "organisation"))
    stored = changed(CONFERENCE, actors=set(actors[:10]))
    described = changed(CONFERENCE, content=NO_WORD, actors=set(actors[10 - shared : 20 - shared]))
    assert (likeness(described, stored, authority) is not None) == is_same


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({}, True),
        ({"actors": set()}, True),
        ({"actors": set(), **NOWHERE}, True),  # 0.60
        ({"actors": set(), "content": WORDS_1_OF_4}, True),  # 0.575
        ({"actors": set(), **NOWHERE, "when": ArchiveDate.unknown()}, False),  # 0.45
        ({"actors": {PERSON}, "content": WORDS_2_OF_4}, False),  # 0.50
        ({"actors": {PERSON}, **NOWHERE}, False),  # 0.45
        ({"actors": set(), "content": WORDS_2_OF_4, **NOWHERE}, False),  # 0.45
    ],
)
def test_so_much_must_agree_for_two_reports_to_be_of_one_event(changes: dict[str, Any], is_same: bool) -> None:
    match = best_match([changed(CONFERENCE, **changes)], [CONFERENCE], AUTHORITY)
    assert (match is not None) == is_same


def test_the_likeliest_stored_event_wins_whatever_its_place_in_the_list() -> None:
    near = changed(CONFERENCE, key=2, actors=set())
    far = changed(CONFERENCE, key=3, actors=set(), content=WORDS_1_OF_4)
    for stored in ([far, CONFERENCE, near], [CONFERENCE, near, far], [near, far, CONFERENCE]):
        best = best_match([changed(near, title="لقاء"), CONFERENCE], stored, AUTHORITY)
        assert best is not None and best[0].key == CONFERENCE.key
    # Of two that are alike, the first one stays.
    twin = replace(CONFERENCE, key=9)
    best = best_match([CONFERENCE], [CONFERENCE, twin], AUTHORITY)
    assert best is not None and best[0].key == CONFERENCE.key


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [("ab", "abcd", 1), ("abcd", "ab", 1), ("abcd", "abxy", 0.5), ("abc", "xyz", 0), ("", "ab", 0), ("ab", "", 0), ("", "", 0)],
)  # fmt: skip
def test_the_share_is_of_the_smaller_set(left: str, right: str, share: float) -> None:
    assert containment(left, right) == share


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("بين 1999 و2024", {"1999", "2024"}),
        ("رقم 12024 و20245 و1899 و2100", set()),
        ("«2030»", {"2030"}),
    ],
)
def test_years_have_four_digits(text: str, years: set[str]) -> None:
    assert years_in(text) == years


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("انعقاد الاجتماع الوزاري للتحالف في مراكش", [("الاجتماع الوزاري للتحالف في مراكش", "ministerial")]),
        ("يبحث الاجتماع السنوي للجنة ملف الحدود", [("الاجتماع السنوي للجنة ملف الحدود", "meeting")]),
        ("وشارك في القمة العربية يوم الأحد", [("القمة العربية", "summit")]),
        ("والمؤتمر الدولي للأمن برئاسة الوزير", [("المؤتمر الدولي للأمن", "conference")]),
        ("بالمؤتمر الدولي للأمن، في مسقط", [("المؤتمر الدولي للأمن", "conference")]),
        ("عقد مؤتمرا دوليا حول الأمن بمشاركة خبراء", [("مؤتمرا دوليا حول الأمن", "conference")]),
        ("هجوم على مدرسة في باماكو أسفر عن قتلى", [("هجوم على مدرسة في باماكو", "attack")]),
        ("مؤتمر على هامش القمة الإفريقية", [("مؤتمر", "conference"), ("القمة الإفريقية", "summit")]),
        ("إطلاق حوار حول الهجرة", [("إطلاق حوار حول الهجرة", "launch"), ("حوار حول الهجرة", "dialogue")]),
        ("المؤتمر الدولي يتزامن مع العيد", [("المؤتمر الدولي", "conference")]),
        ("مؤتمر يوليو حول الأمن", [("مؤتمر يوليو حول الأمن", "conference")]),
        ("المؤتمر الدولي في", [("المؤتمر الدولي", "conference")]),
        ("مؤتمر الأمن الثلاثاء", [("مؤتمر الأمن", "conference")]),
        ("مؤتمر الأمن والذي انعقد", [("مؤتمر الأمن", "conference")]),
        ("مؤتمر الأمن. القمة العربية", [("مؤتمر الأمن", "conference"), ("القمة العربية", "summit")]),
        ("مؤتمر «الأمن للجميع» الدولي", [("مؤتمر «الأمن للجميع» الدولي", "conference")]),
        ("شارك في المنتدى العالمي لمكافحة الإرهاب", []),
        ("شارك في المنتدى العربي لمكافحة الإرهاب", [("المنتدى العربي لمكافحة الإرهاب", "conference")]),
        ("مؤتمر القمة العربية", [("مؤتمر القمة العربية", "conference")]),
        ("قال الوزير إن الأمن مستتب", []),
        ("عملية بيع", []),
        ("القمة. مؤتمر الأمن", [("القمة", "summit"), ("مؤتمر الأمن", "conference")]),
        ("عقد الاجتماع", [("الاجتماع", "meeting")]),
        ("شارك في المنتدى", [("المنتدى", "conference")]),
        ("شارك في المنتدى العالمي", []),
        ("العالمي المنتدى الأمني", [("المنتدى الأمني", "conference")]),
        ("مؤتمر الأمن والسلام", [("مؤتمر الأمن والسلام", "conference")]),
        ("مؤتمر الأمن ومنذ شهر", [("مؤتمر الأمن", "conference")]),
        ("مؤتمر يخت دولي", [("مؤتمر يخت دولي", "conference")]),
        ("المؤتمر يبحث الأمن", [("المؤتمر", "conference")]),
        ("المؤتمر يعد خطة", [("المؤتمر يعد خطة", "conference")]),
        ("مؤتمر الأمن في هذا", [("مؤتمر الأمن", "conference")]),
    ],
)  # fmt: skip
def test_the_phrase_that_names_an_event(text: str, phrases: list[tuple[str, str]]) -> None:
    named = event_phrases(Reading(text))
    assert [(phrase, kind) for phrase, kind, _ in named] == phrases
    assert all(text[offset:].startswith(phrase) for phrase, _, offset in named)


def test_a_phrase_has_at_most_sixteen_words() -> None:
    ((phrase, _, _),) = event_phrases(Reading("مؤتمر " + " ".join(["الأمن"] * 30)))
    assert len(phrase.split()) == 16


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("مؤتمرا دوليا حول الأمن", "مؤتمر دولي حول الأمن"),
        ("مؤتمراً دولياً واسعاً كبيرا", "مؤتمر دولي واسع كبيرا"),
        ("المؤتمر الدولي دعما", "المؤتمر الدولي دعما"),
        ("لقاء الوزراء سعيا", "لقاء الوزراء سعيا"),
        ("مؤتمر أمن", "مؤتمر أمن"),
        ("مؤتمر أمن سعيا", "مؤتمر أمن سعيا"),
        ("مؤتمرا العليا", "مؤتمر العليا"),
        # An alef of the stem stays: plurals, feminine elatives, names, other nouns and particles.
        ("حوارا فكريا قضايا", "حوار فكري قضايا"),
        ("لقاءا عليا", "لقاء عليا"),
        ("معرضا هدايا ومزايا", "معرض هدايا ومزايا"),
        ("مؤتمرا دوليا ضحايا", "مؤتمر دولي ضحايا"),
        ("هجوما بعصا", "هجوم بعصا"),
        ("حوارا رؤيا", "حوار رؤيا"),
        ("مؤتمرا ليبيا", "مؤتمر ليبيا"),
        ("اجتماعا فيما بينهم", "اجتماع فيما بينهم"),
        ("لقاءا محورها الأمن", "لقاء محورها الأمن"),
        # An adverb keeps its own accusative, and so does what follows it.
        ("اجتماعا سعيا كبيرا", "اجتماع سعيا كبيرا"),
        ("لقاءا تفاديا للحرب", "لقاء تفاديا للحرب"),
        ("اجتماعًا مؤخرًا", "اجتماع مؤخرًا"),
        # Adjectives follow the head, with and without tanwin, which stands before or after its alef.
        ("مؤتمرًا دوليًا مشتركًا", "مؤتمر دولي مشترك"),
        ("لقاءً وديًّا", "لقاء وديّ"),
        ("لقاءً ثنائيا", "لقاء ثنائي"),
        ("اجتماعا طارئا مغلقا", "اجتماع طارئ مغلق"),
        ("حوارا جديا وسريا", "حوار جدي وسري"),
        ("مؤتمرا علميا وطنيا", "مؤتمر علمي وطني"),
        ("منتدى خاصا", "منتدى خاصا"),
        ("قضايا أمنية", "قضايا أمنية"),
        ("اجتماعا تكنولوجيا", "اجتماع تكنولوجيا"),
    ],
)
def test_the_head_of_a_title_stands_in_the_nominative(phrase: str, title: str) -> None:
    assert nominative(phrase) == title


def test_the_lead_is_three_paragraphs_and_no_more_than_1500_code_points() -> None:
    paragraphs = ["أول الكلام.", "ثاني الكلام.", "ثالث الكلام.", "رابع الكلام."]
    assert lead_of(Reading("\n\n".join(paragraphs))).text == "\n\n".join(paragraphs[:3])
    assert lead_of(Reading("\n\n".join(paragraphs[:2]))).text == "\n\n".join(paragraphs[:2])
    long = " ".join(["كلمات"] * 400)
    lead = lead_of(Reading(long)).text
    assert long.startswith(lead) and len(lead) == 1499 and lead.endswith("كلمات")
    whole = "م " * 749 + "م."
    assert lead_of(Reading(whole)).text == whole and len(whole) == 1500
    assert lead_of(Reading("مرحبا" + "." * 1600 + " م")).text == "مرحبا"
    assert lead_of(Reading("." * 1600 + " م")).text == "." * 1500


PUBLISHED = ArchiveDate.on(date(2023, 2, 9))  # a Thursday
MONTH_AROUND = ArchiveDate.between(date(2023, 1, 9), date(2023, 3, 12))


@pytest.mark.parametrize(
    ("lead", "published", "start", "end"),
    [
        ("انعقد المؤتمر الدولي للأمن يوم 7 فبراير 2023.", PUBLISHED, ArchiveDate.on(DAY), None),
        ("انعقد المؤتمر الدولي للأمن يومي 7 و8 فبراير 2023.", PUBLISHED, ArchiveDate.on(DAY), date(2023, 2, 8)),
        ("انعقد المؤتمر الدولي للأمن يوم 7 فبراير.", PUBLISHED, ArchiveDate.on(DAY, "inferred"), None),
        ("انعقد المؤتمر الدولي للأمن، الثلاثاء.", PUBLISHED, ArchiveDate.on(DAY, "inferred"), None),
        ("سينعقد المؤتمر الدولي للأمن، الثلاثاء.", PUBLISHED, ArchiveDate.on(date(2023, 2, 14), "inferred"), None),
        ("انعقد المؤتمر الدولي للأمن أمس.", PUBLISHED, ArchiveDate.on(date(2023, 2, 8), "inferred"), None),
        ("انعقد المؤتمر الدولي للأمن في فبراير 2023.", PUBLISHED, ArchiveDate.in_month(2023, 2), None),
        # A full day outweighs a month, and a month outweighs a weekday.
        ("انعقد المؤتمر الدولي في مارس 2023 الثلاثاء ويوم 7 فبراير 2023.", PUBLISHED, ArchiveDate.on(DAY), None),
        ("انعقد الثلاثاء المؤتمر الدولي المبرمج في مارس 2023.", PUBLISHED, ArchiveDate.in_month(2023, 3), None),
        # A month over a year ago is background; a day is not, nor is a month within the year.
        ("انعقد المؤتمر الدولي للحلف القائم منذ يناير 2015.", PUBLISHED, MONTH_AROUND, None),
        ("انعقد المؤتمر الدولي للأمن في مارس 2022.", PUBLISHED, ArchiveDate.in_month(2022, 3), None),
        ("انعقد المؤتمر الدولي للأمن في يناير 2022.", PUBLISHED, MONTH_AROUND, None),
        (
            "انعقد المؤتمر الدولي للأمن في يناير 2022.", ArchiveDate.on(date(2023, 1, 31)),
            ArchiveDate.in_month(2022, 1), None,
        ),
        ("انعقد المؤتمر الدولي للأمن في 5 يناير 2015.", PUBLISHED, ArchiveDate.on(date(2015, 1, 5)), None),
        ("انعقد المؤتمر الدولي للأمن.", PUBLISHED, MONTH_AROUND, None),
        ("انعقد المؤتمر الدولي للأمن. وقال يوم 7 فبراير 2023.", PUBLISHED, MONTH_AROUND, None),
        (
            "انعقد المؤتمر الدولي للأمن.", ArchiveDate.in_month(2023, 2),
            ArchiveDate.between(date(2023, 2, 1), date(2023, 2, 28)), None,
        ),
        ("انعقد المؤتمر الدولي للأمن، الثلاثاء.", ArchiveDate.unknown(), ArchiveDate.unknown(), None),
        (
            "انعقد المؤتمر الدولي للحلف القائم منذ يناير 2015.", ArchiveDate.unknown(),
            ArchiveDate.in_month(2015, 1), None,
        ),
    ],
)  # fmt: skip
def test_the_day_of_an_event(lead: str, published: ArchiveDate, start: ArchiveDate, end: date | None) -> None:
    (described,) = describe(Reading("خبر"), Reading(lead), published, [], AUTHORITY)
    assert described.when == start
    assert described.end.date == end


def test_a_title_takes_the_day_and_the_place_from_the_lead() -> None:
    title = Reading("المؤتمر الدولي للأمن")
    lead = Reading("انعقد المؤتمر العام في مسقط يوم 7 فبراير 2023.\n\nوسبقته القمة العربية في بغداد يوم 3 يناير 2020.")
    described = describe(title, lead, PUBLISHED, [ORGANISATION, 99], AUTHORITY)
    assert [event.title for event in described] == [
        "المؤتمر الدولي للأمن",
        "المؤتمر العام في مسقط",
        "القمة العربية في بغداد",
    ]
    assert [event.when.date for event in described] == [DAY, DAY, date(2020, 1, 3)]
    for event in described:
        # Places below the first paragraph are background, and actors that the authority lacks tell nothing.
        assert (event.cities, event.actors, event.years) == ({"مسقط"}, {ORGANISATION}, {"2023", "2020"})
        assert event.countries and event.key is None
    assert described[2].words >= content_words("المؤتمر الدولي للأمن")


def test_an_event_named_twice_is_described_once() -> None:
    described = describe(
        Reading("القمة العربية"), Reading("عقدت القمة العربية يوم 7 فبراير 2023."), PUBLISHED, [], AUTHORITY
    )
    assert [(event.title, event.when.date) for event in described] == [("القمة العربية", DAY)]
