from pathlib import Path

import pytest
from django.conf import settings

from articles.ingest.authority import AuthorityError, load_authority
from articles.models import Actor, Event

pytestmark = pytest.mark.django_db
FIXTURE = settings.BASE_DIR / "fixtures" / "authority.toml"


def write(path: Path, text: str) -> Path:
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
