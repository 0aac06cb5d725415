import codecs
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.ingest.arabic import in_arabic
from articles.ingest.authority import MOST_ALIASES, MOST_PARTICIPANTS, AuthorityError, apply_authority, load_authority
from articles.models import Actor, Event, EventSeries

pytestmark = pytest.mark.django_db
FIXTURE = settings.BASE_DIR / "fixtures" / "authority.toml"


def write(path: Path, text: str) -> Path:
    """Writes a text file and returns its path."""
    path.write_text(text, encoding="utf-8")
    return path


def test_the_fixture_is_applied_once_and_editors_changes_stand() -> None:
    actor = Actor.objects.get(name="ناصر بوريطة")
    actor.description = "كتبه محرر"
    actor.save()
    actor.aliases.filter(name="بوريطة").delete()
    assert load_authority(FIXTURE).applied == 0
    actor.refresh_from_db()
    assert actor.description == "كتبه محرر" and not actor.aliases.filter(name="بوريطة").exists()


def test_the_next_start_does_not_undo_another_file(tmp_path: Path) -> None:
    """`load_fixtures` runs at each start. What an editor's file says since then stands, until the shipped entry changes."""
    shipped = write(
        tmp_path / "authority.toml", '[[actor]]\nname = "نادية الفاسي"\nkind = "person"\ncountry = "تونس"\n'
    )
    own = write(tmp_path / "own.toml", '[[actor]]\nname = "نادية الفاسي"\nkind = "person"\ncountry = "المغرب"\n')
    for path, is_shipped, applied, country in (
        (shipped, True, 1, "تونس"), (own, False, 1, "المغرب"), (shipped, True, 0, "المغرب"), (own, False, 0, "المغرب"),
        (shipped, False, 1, "تونس"), (own, False, 1, "المغرب"), (shipped, True, 0, "المغرب"),
    ):  # fmt: skip
        assert load_authority(path, shipped=is_shipped).applied == applied
        assert Actor.objects.get(name="نادية الفاسي").country == country
    write(shipped, shipped.read_text(encoding="utf-8").replace("تونس", "ليبيا"))
    assert load_authority(shipped, shipped=True).applied == 1
    assert Actor.objects.get(name="نادية الفاسي").country == "ليبيا"


def test_an_archive_that_has_loaded_the_shipped_file_before_it_was_remembered_apart_keeps_it(tmp_path: Path) -> None:
    shipped = write(tmp_path / "authority.toml", '[[actor]]\nname = "نادية الفاسي"\nkind = "person"\n')
    load_authority(shipped)
    Actor.objects.filter(name="نادية الفاسي").update(country="المغرب")
    assert [load_authority(shipped, shipped=True).applied for _ in range(2)] == [0, 0]
    assert Actor.objects.get(name="نادية الفاسي").country == "المغرب"


def test_a_changed_entry_is_applied(tmp_path: Path) -> None:
    text = '[[actor]]\nname = "نادية الفاسي"\nkind = "person"\naliases = [{ name = "ن. الفاسي" }]\n'
    path = write(tmp_path / "more.toml", text)
    assert load_authority(path).applied == 1
    assert load_authority(path).unchanged == 1
    write(path, text.replace('"person"', '"person"\ncountry = "المغرب"'))
    assert load_authority(path).applied == 1
    assert Actor.objects.get(name="نادية الفاسي").country == "المغرب"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[actor]\n", "line 1"),
        ('[[actor]]\nkind = "person"\n', "actor 1.*“name” is missing"),
        ('[[actor]]\nname = "س"\nkind = "wizard"\n', "wizard"),
        ('[[actor]]\nname = "س"\nkind = "person"\ncolour = "red"\n', "unknown field “colour”"),
        ('[[planet]]\nname = "س"\n', "unknown table “planet”"),
        ('[[event]]\ntitle = "م"\nkind = "meeting"\nseries = "لا وجود لها"\n', "no series is named"),
        ('[[event]]\ntitle = "م"\nkind = "meeting"\nstart = { date = "2024" }\n', "start.date"),
        (
            '[[event]]\ntitle = "م"\nkind = "meeting"\nparticipants = [{ actor = "لا أحد" }]\n',
            "no actor is named “لا أحد”",
        ),
    ],
)
def test_a_wrong_file_is_refused_whole_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path / "wrong.toml", '[[actor]]\nname = "صحيح تماما"\nkind = "person"\n' + text)
    events = Event.objects.count()
    with pytest.raises(AuthorityError, match=reason.replace("actor 1", "actor 2").replace("line 1", "line 4")) as error:
        load_authority(path)
    assert "wrong.toml" in str(error.value) or "line" in str(error.value)
    assert not Actor.objects.filter(name="صحيح تماما").exists() and Event.objects.count() == events


LONG = "س" * 201
WRONG_VALUES = {
    "kind": ('[[actor]]\nname = "هيئة ما"\nkind = "wizard"\n', "actor 1 (هيئة ما)", ["kind", "wizard", "person", "armed_group"]),
    "kind of a source": ('[[source]]\nname = "صدى ما"\nkind = "blog"\n', "source 1 (صدى ما)", ["kind", "blog", "newspaper"]),
    "kind of a name": ('[[actor]]\nname = "هيئة ما"\nkind = "civil"\naliases = [{ name = "ا" }, { name = "ب", kind = "nick" }]\n',
                       "actor 1 (هيئة ما)", ["aliases 2", "kind", "nick", "acronym"]),
    "role": ('[[event]]\ntitle = "قمة ما"\nkind = "summit"\nparticipants = [{ actor = "المغرب", role = "boss" }]\n',
             "event 1 (قمة ما)", ["participants 1", "role", "boss", "co_chair"]),
    "precision": ('[[event]]\ntitle = "قمة ما"\nkind = "summit"\nstart = { date = 2024-01-01, precision = "week" }\n',
                  "event 1 (قمة ما)", ["start.precision", "week", "month"]),
    "long name": (f'[[actor]]\nname = "{LONG}"\nkind = "civil"\n', "actor 1 ( س", ["name", "س" * 50, "201", "200"]),
    "long alias": (f'[[actor]]\nname = "هيئة ما"\nkind = "civil"\naliases = [{{ name = "{LONG}" }}]\n',
                   "actor 1 (هيئة ما)", ["aliases 1", "name", "س" * 50, "201", "200"]),
    "long mark": (f'[[source]]\nname = "صدى ما"\nmarks = ["و م ع", "{LONG}"]\n', "source 1 (صدى ما)", ["marks", "س" * 50, "201", "40"]),
    "end before start": ('[[event]]\ntitle = "قمة ما"\nkind = "summit"\nstart = { date = 2024-05-02 }\nend = { date = 2024-05-01 }\n',
                         "event 1 (قمة ما)", ["end", "2024-05-01", "2024-05-02"]),
    "bounds": ('[[event]]\ntitle = "قمة ما"\nkind = "summit"\nstart = { earliest = 2024-05-02, latest = 2024-05-01 }\n',
               "event 1 (قمة ما)", ["start.latest", "2024-05-01", "start.earliest", "2024-05-02"]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "entry", "words"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_told_with_its_entry_field_and_choices(content: str, entry: str, words: list[str]) -> None:
    with pytest.raises(AuthorityError) as error:
        apply_authority("wrong.toml", content.encode())
    english, arabic = (
        text.replace("\u2068", "").replace("\u2069", "") for text in (str(error.value), in_arabic(str(error.value)))
    )
    for message in (english, arabic):
        assert all(word in message for word in ["wrong.toml", entry.replace("( س", "(س"), *words]), message
    # Neither message contains the other language: Arabic words in the English message come from the file.
    own = re.sub(r"\([^)]*\)|“[^”]*”", "", english)
    assert not re.search("[\u0600-\u06ff]", own), own
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", arabic), arabic


def test_a_file_may_begin_with_the_mark_of_windows() -> None:
    content = '[[actor]]\nname = "هيئة من المفكرة"\r\nkind = "civil"\r\n'
    assert apply_authority("notepad.toml", codecs.BOM_UTF8 + content.encode()).applied == 1
    assert apply_authority("plain.toml", content.encode()).unchanged == 1
    with pytest.raises(AuthorityError, match="line 4"):
        apply_authority("notepad.toml", codecs.BOM_UTF8 + content.encode() + b'colour = "\xff"\n')


SAME_NAME = {
    "actor": ('[[actor]]\nname = "هيئة مكررة"\nkind = "organisation"\n', '[[actor]]\nname = "هيئة مكرّرة"\nkind = "state"\n'),
    "source": ('[[source]]\nname = "صدى الأنباء"\nkind = "site"\n', '[[source]]\nname = "صدى الانباء"\nkind = "agency"\n'),
    "event": ('[[event]]\ntitle = "قمة مكررة"\nkind = "summit"\n', '[[event]]\ntitle = "قمّة مكررة"\nkind = "meeting"\n'),
    "synonyms": ('[[synonyms]]\nword = "مكررة"\nothers = ["معادة"]\n', '[[synonyms]]\nword = "مكرّرة"\nothers = ["مثناة"]\n'),
}  # fmt: skip


@pytest.mark.parametrize("table", SAME_NAME)
def test_two_entries_of_one_name_are_refused_with_both_names(table: str) -> None:
    first, second = SAME_NAME[table]
    names = [re.search(r'"(.+?)"', text)[1] for text in (first, second)]
    with pytest.raises(AuthorityError) as error:
        apply_authority("twice.toml", (first + second).encode())
    for message in (str(error.value), in_arabic(str(error.value))):
        plain = message.replace("\u2068", "").replace("\u2069", "")
        assert f"{table} 2 ({names[1]})" in plain and names[0] in plain and "1" in plain
    # A copied entry overwrites nothing, and neither does an entry with its own distinction.
    report = apply_authority("copied.toml", (first + first).encode())
    assert (report.applied, report.unchanged) == (1, 1)
    if table == "actor":
        apart = second + 'distinction = "أخرى"\n'
        assert apply_authority("apart.toml", (first + apart).encode()).applied == 1


def with_names(count: int, extra: str = "") -> bytes:
    """Returns an authority file of one actor with `count` aliases."""
    names = "".join(f'{{ name = "اسم آخر {number} طويل" }},' for number in range(count))
    return f'[[actor]]\nname = "منظمة كثيرة الأسماء"\nkind = "organisation"\naliases = [{names}{extra}]\n'.encode()


def statements_for(content: bytes) -> int:
    """Applies an authority file, and returns the number of statements."""
    with CaptureQueriesContext(connection) as statements:
        apply_authority("names.toml", content)
    return len(statements)


def test_many_names_of_an_actor_take_no_more_statements_than_a_few() -> None:
    few = statements_for(with_names(3))
    Actor.objects.get(name="منظمة كثيرة الأسماء").aliases.all().delete()
    assert statements_for(with_names(400)) <= few
    actor = Actor.objects.get(name="منظمة كثيرة الأسماء")
    assert actor.aliases.count() == 400


def test_names_that_an_actor_has_are_changed_and_given_once() -> None:
    apply_authority("names.toml", with_names(5))
    again = '{ name = "اسمٌ آخر 3 طويل", found_in_text = false }, { name = "اسم جديد" }, { name = "اسم جديدْ", kind = "acronym" }'
    apply_authority("names.toml", with_names(2, again))
    stored = Actor.objects.get(name="منظمة كثيرة الأسماء").aliases.order_by("id")
    assert [(alias.name, alias.found_in_text) for alias in stored] == [
        *((f"اسم آخر {number} طويل", True) for number in range(3)), ("اسمٌ آخر 3 طويل", False), ("اسم آخر 4 طويل", True),
        ("اسم جديدْ", True),
    ]  # fmt: skip
    assert stored.last().kind == "acronym"


@pytest.mark.parametrize("name", ["،", "", "س" * 201])
def test_a_name_that_cannot_be_kept_is_refused_with_its_actor(name: str) -> None:
    with pytest.raises(AuthorityError, match="منظمة كثيرة الأسماء.*name"):
        apply_authority("names.toml", with_names(2, f'{{ name = "{name}" }}'))


def test_more_names_and_participants_than_anybody_has_are_refused_at_once() -> None:
    with (
        CaptureQueriesContext(connection) as statements,
        pytest.raises(AuthorityError, match=f"at most {MOST_ALIASES}"),
    ):
        apply_authority("names.toml", with_names(11_000))
    parts = "".join('{ actor = "ناصر بوريطة" },' for _ in range(MOST_PARTICIPANTS + 1))
    event = f'[[event]]\ntitle = "قمة"\nkind = "meeting"\nparticipants = [{parts}]\n'.encode()
    with pytest.raises(AuthorityError, match=f"at most {MOST_PARTICIPANTS}"):
        apply_authority("events.toml", event)
    assert len(statements) < 20
    with pytest.raises(AuthorityError, match="401 entries and names"):
        apply_authority("names.toml", with_names(400), most=400)
    apply_authority("names.toml", with_names(400), most=401)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('[[actor]]\nname = "مركز\\u0000 الرصد"\nkind = "civil"\n', "name"),
        ('[[source]]\nname = "جريدة"\nmarks = ["أ", "ب\\u0000"]\n', "marks"),
        ('[[actor]]\nname = "مركز"\nkind = "civil"\naliases = [{name = "ب\\u0000"}]\n', "aliases 1: name"),
    ],
)
def test_a_nul_character_is_told_as_such(content: str, field: str) -> None:
    with pytest.raises(AuthorityError) as refused:
        apply_authority("file.toml", content.encode())
    words = in_arabic(refused.value.args[0]).replace("\u2068", "").replace("\u2069", "")
    assert "محرف فارغ (NUL)" in words and field in words and "يُنتظر" not in words


def test_names_that_two_actors_have_are_told() -> None:
    others = [Actor.objects.create(name=f"مجلس آخر {letter}", kind="civil") for letter in "بتجدرسصع"]
    for other in others[:-1]:
        other.aliases.create(name="مجلسُ الساحل")
    merged = Actor.objects.create(name="مجلس الساحل", kind="civil", merged_into=others[0])
    file = (
        '[[actor]]\nname = "هيئة أولى"\nkind = "civil"\naliases = [{ name = "مجلس الساحل" }, { name = "لا أحد" }]\n'
        '[[actor]]\nname = "مجلس آخر ع"\nkind = "civil"\ndistinction = "الثاني"\naliases = [{ name = "هيئة أولى" }]\n'
    ).encode()
    report = apply_authority("names.toml", file)
    first, second = Actor.objects.get(name="هيئة أولى"), Actor.objects.get(distinction="الثاني")
    told = [(shared.name, shared.owner, shared.other.pk) for shared in report.shared]
    assert told == [
        ("هيئة أولى", "هيئة أولى", second.pk), *(("مجلس الساحل", "هيئة أولى", other.pk) for other in others[:5]),
        ("مجلس آخر ع", str(second), others[-1].pk), ("هيئة أولى", str(second), first.pk),
    ]  # fmt: skip
    assert (
        str(report.shared[0]).startswith("“هيئة أولى”, a name of “هيئة أولى”, is a name of “مجلس آخر ع") and merged.pk
    )
    assert apply_authority("names.toml", file).shared == ()


def test_series_of_one_name_are_one_series_and_lines_are_counted_from_the_first() -> None:
    series = '[[series]]\nname = "قمم الساحل"\ndescription = "{}"\n'
    assert apply_authority("series.toml", (series.format("أول") + series.format("ثان")).encode()).applied == 2
    assert EventSeries.objects.get(name="قمم الساحل").description == "ثان"
    with pytest.raises(AuthorityError, match="line 2 is not UTF-8"):
        apply_authority("broken.toml", b"\n\xff")


def test_an_entry_is_applied_to_the_row_of_its_name() -> None:
    """A second file changes the fields that it states, of standing rows alone, and confirms them."""
    merged = Actor.objects.create(
        name="هيئة الرصد", kind="civil", merged_into=Actor.objects.create(name="س", kind="civil")
    )
    stored = Actor.objects.create(name="هيئة الرصد", kind="civil", state="suggested", description="قديم", country="مصر")
    event = Event.objects.create(title="قمة الساحل", kind="summit", place="دكار", state="suggested")
    apply_authority(
        "more.toml",
        (
            '[[actor]]\nname = "هيئةُ الرصد"\nkind = "state"\ndescription = "جديد"\n[[series]]\nname = "قمم الساحل"\n'
            '[[event]]\ntitle = "قمةُ الساحل"\nkind = "meeting"\nsession = 3\nwithheld = true\nseries = "قمم الساحل"\nstart = { date = 2024-05-02 }\n'
            'end = { date = 2024-05-02 }\nparticipants = [{ actor = "هيئة الرصد" }, { actor = "هيئة الرصد", role = "host" }]\n'
        ).encode(),
    )
    stored.refresh_from_db()
    event.refresh_from_db()
    merged.refresh_from_db()
    assert (stored.kind, stored.description, stored.country, stored.state) == ("state", "جديد", "مصر", "confirmed")
    assert (merged.kind, merged.state) == ("civil", "confirmed")
    assert (event.kind, event.place, event.session, event.withheld, event.state) == (
        "meeting",
        "دكار",
        3,
        True,
        "confirmed",
    )
    assert event.series.name == "قمم الساحل" and event.end == event.start and event.start.iso == "2024-05-02"
    assert sorted(event.participations.values_list("actor", "role")) == [
        (stored.pk, "host"),
        (stored.pk, "participant"),
    ]
