"""Agency stories that several outlets print form one group, whatever each outlet changed."""

import random
import time

import pytest

from articles.arabic.words import words
from articles.extract.authority import Authority
from articles.extract.fingerprints import LONGEST_COMPARED, fingerprint, shingles_of
from articles.extract.process import suggest
from articles.ingest.identity import shared_wording
from articles.models import Article, Fingerprint, Reprint

pytestmark = pytest.mark.django_db

STORY = (
    "أعلنت لجنة التنسيق في ختام اجتماعها بمدينة طرابلس عن خطة من ثلاث مراحل لتأمين المعابر البرية مع دول الجوار.\n\n"
    "وتشمل الخطة تدريب عناصر الجمارك على كشف الوثائق المزورة، وتركيب كاميرات حرارية في المناطق النائية، وربط المراكز بقاعدة "
    "بيانات موحدة يشرف عليها فريق مشترك من الخبراء.\n\n"
    "وأوضح الناطق باسم اللجنة أن التمويل متوفر للمرحلة الأولى، وأن المرحلتين الأخريين رهينتان بما ستسفر عنه مباحثات الشهر المقبل."
)
UNRELATED_TEXT = (
    "دشنت وزارة الصحة مستشفى جديدا في الجنوب يضم أقساما للجراحة والولادة والأطفال، ويعمل فيه أطباء من المنطقة.\n\n"
    "وقال مدير المستشفى إن الأجهزة وصلت كاملة، وإن استقبال المرضى يبدأ مطلع الأسبوع، بعد استكمال تدريب الممرضين على استعمالها."
)


@pytest.fixture
def stored(make_article: object) -> object:
    """Returns a function that stores an article and applies the rules to it."""

    def store(title: str, body: str) -> Article:
        article = make_article(title, body)
        suggest(article, Authority.load())
        return article

    return store


def test_reprints_hang_on_the_first(stored: object, client: object) -> None:
    first = stored("خطة لتأمين المعابر", STORY)
    shorter = stored("طرابلس: لجنة التنسيق تؤمن المعابر", STORY.rsplit("\n\n", 1)[0])
    changed = stored(
        "لجنة التنسيق تعلن خطتها", STORY.replace("ثلاث مراحل", "3 مراحل").replace("طرابلس", "طرابلس الليبية")
    )
    stored("مستشفى جديد", UNRELATED_TEXT)
    assert set(Reprint.objects.values_list("article", "original")) == {(shorter.pk, first.pk), (changed.pk, first.pk)}
    assert {row.state for row in Reprint.objects.all()} == {"suggested"}
    page = client.get(changed.get_absolute_url()).content.decode()
    assert "نُشر أيضا" in page and f"/articles/{changed.pk}/compare/{first.pk}/" in page
    compared = client.get(f"/articles/{first.pk}/compare/{changed.pk}/").content.decode()
    assert "<del>ثلاث</del>" in compared and "<ins>3</ins>" in compared


def test_the_very_same_text_of_another_outlet_is_a_reprint(stored: object) -> None:
    first, second = stored("عنوان", STORY), stored("عنوان آخر", STORY)
    reprint = Reprint.objects.get(article=second)
    assert (reprint.original, reprint.score, reprint.rule) == (first, 1.0, "reprint.same_text")


def test_what_an_editor_rejected_stays_rejected(stored: object) -> None:
    stored("عنوان", STORY)
    second = stored("عنوان آخر", STORY)
    Reprint.objects.update(state="rejected")
    suggest(second, Authority.load())
    assert Reprint.objects.get().state == "rejected"


def test_a_look_up_among_many_takes_little(stored: object, make_article: object) -> None:
    """Prints the time of a look-up among 5,000 articles; asserts only that it finds the right one."""
    first = stored("خطة", STORY)
    chance = random.Random(3)
    vocabulary = [f"{a}{b}{c}" for a in "بتسمنكل" for b in "ارويع" for c in "جحدفقط"]
    rows = []
    for number in range(1, 5001):
        made = fingerprint(words(" ".join(chance.choices(vocabulary, k=120))))
        # These articles need not exist, because the look-up reads only their fingerprints.
        rows.append(Fingerprint(article_id=-number, text_hash=made.text_hash, bands=list(made.bands)))
    Fingerprint.objects.bulk_create(rows, batch_size=1000)
    started = time.perf_counter()
    second = stored("خطة", STORY.replace("كاميرات حرارية", "أجهزة استشعار"))
    print(f"one article suggested among 5,000: {(time.perf_counter() - started) * 1000:.1f} ms")
    assert Reprint.objects.get(article=second).original == first
    Fingerprint.objects.filter(article__lt=0).delete()


LONG = " ".join(f"كلمة{number}" for number in range(40_000))


def test_what_is_compared_of_a_text_does_not_grow_with_it_for_ever() -> None:
    """The storing process compares texts without a budget, so the compared part must be bounded."""
    most = max(len(shingles_of(LONG[: 4 * LONGEST_COMPARED])), len(shingles_of(LONG)))
    assert len(LONG) > 5 * LONGEST_COMPARED and most <= len(shingles_of(LONG[:LONGEST_COMPARED])) * 1.2


def test_long_texts_are_compared_as_wholes_when_one_would_replace_the_other() -> None:
    changed = LONG.replace("كلمة2", "لفظ2")
    assert shared_wording(LONG, LONG + " ختام") > 0.99
    assert shared_wording(LONG, " ".join(reversed(LONG.split()))) == 0.0
    assert 0 < shared_wording(LONG, changed) < 0.9
    assert shared_wording(LONG, LONG[: len(LONG) // 3]) < 0.5


def test_a_long_text_whose_middle_is_another_is_not_the_same_text(make_article: object) -> None:
    """The long text still carries the first story, since its beginning and end are the same."""
    # The text is longer than the compared part, and no longer than necessary, since the rules read all of it.
    text = LONG[: LONGEST_COMPARED * 4 // 3]
    middle = len(text) // 2
    changed_text = text[:middle] + " كلام آخر " + text[middle:]
    rules = []
    for body in (text, changed_text, text):
        article = make_article("عنوان طويل", body)
        suggest(article, Authority.load())
        rules += Reprint.objects.filter(article=article).values_list("rule", flat=True)
    assert rules == ["reprint.shingles", "reprint.same_text"]
