"""The rules find persons and bodies that no authority file names, by their titles and head words."""

import pytest

from articles.arabic.reading import Reading
from articles.extract.authority import Authority
from articles.extract.newcomers import find_newcomers
from articles.extract.process import suggest
from articles.models import Actor, Mention


@pytest.mark.parametrize(
    ("text", "name", "role", "country"),
    [
        ("وقال وزير الدفاع الكيني آدن باري دوالي إن", "آدن باري دوالي", "وزير الدفاع الكيني", "كينيا"),
        ("التقى السفير كريم مدرك، أمس", "كريم مدرك", "السفير", ""),
        ("أكدت المديرة التنفيذية للوكالة غادة والي أن", "غادة والي", "المديرة التنفيذية للوكالة", ""),
        ("وزير الداخلية عبد الوافي لفتيت ونظيره الإسباني", "عبد الوافي لفتيت", "وزير الداخلية", ""),
        ("الأمير فيصل بن فرحان بن عبدالله في جدة", "فيصل بن فرحان بن عبدالله", "الأمير", ""),
        (
            "استقبله رئيس الوزراء العراقي محمد شياع السوداني في بغداد",
            "محمد شياع السوداني",
            "رئيس الوزراء العراقي",
            "العراق",
        ),
        ("وزير العدل، هشام الدرقاوي، خلال لقاء", "هشام الدرقاوي", "وزير العدل", ""),
        ("ونائب المدير العام للأمن حسن الراجي، إن", "حسن الراجي", "نائب المدير العام للأمن", ""),
    ],
)
def test_a_title_of_office_tells_a_person(text: str, name: str, role: str, country: str) -> None:
    newcomers, _ = find_newcomers(Reading(text), [])
    assert (newcomers[0].name, newcomers[0].kind, newcomers[0].role, newcomers[0].country) == (
        name,
        "person",
        role,
        country,
    )
    assert text[newcomers[0].start : newcomers[0].end] == name


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("أعلنت منظمة شنغهاي للتعاون عن", "منظمة شنغهاي للتعاون", "organisation"),
        ("أشار مركز الدراسات الأمنية والاستراتيجية إلى", "مركز الدراسات الأمنية والاستراتيجية", "civil"),
        ("وبحثت وزارة الداخلية التونسية ملف", "وزارة الداخلية التونسية", "government"),
    ],
)
def test_a_head_word_tells_a_body(text: str, name: str, kind: str) -> None:
    newcomers, _ = find_newcomers(Reading(text), [])
    assert [(newcomer.name, newcomer.kind) for newcomer in newcomers] == [(name, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "أكد وزير الخارجية أن الاجتماع ناجح",
        "وزير الداخلية يشرف على تدريب مشترك",
        "رئيس الحكومة يستقبل وفدا رفيعا",
        "قال المتحدث خلال مؤتمر صحفي",
        "مجموعة من الخبراء في مجال الأمن",
        "اجتمع السفير بعدد من المسؤولين",
        "لجنة مشتركة بين البلدين",
    ],
)
def test_words_that_only_follow_a_title_are_no_name(text: str) -> None:
    assert find_newcomers(Reading(text), [])[0] == []


@pytest.mark.django_db
def test_an_unknown_person_becomes_one_suggested_actor(make_article: object) -> None:
    authority = Authority.load()
    bodies = (
        "قال وزير الدفاع الكيني سامي واكوما إن التدريب مستمر. وأضاف سامي واكوما أن العدد كاف.",
        "اجتمع الوفد بوزير الدفاع الكيني سامي واكوما في نيروبي.",
    )
    first, second = (make_article("خبر", body) for body in bodies)
    for article in (first, second):
        suggest(article, authority)
    actor = Actor.objects.get(name="سامي واكوما")
    assert (actor.state, actor.kind, actor.country, actor.rule) == (
        "suggested",
        "person",
        "كينيا",
        "person.office_and_name",
    )
    assert Mention.objects.get(article=first, actor=actor).quotes == ["سامي واكوما"] * 2
    assert Mention.objects.get(article=second, actor=actor).role == "وزير الدفاع الكيني"
    actor.state = "rejected"
    actor.save()
    third = make_article("خبر", bodies[1])
    suggest(third, authority)
    assert not Mention.objects.filter(article=third).exclude(actor__state="confirmed").exists()


@pytest.mark.django_db
def test_the_office_before_a_known_name_is_kept(make_article: object) -> None:
    article = make_article("خبر", "وقال وزير الخارجية ناصر بوريطة إن المغرب يدعم الخطة.")
    suggest(article, Authority.load())
    assert Mention.objects.get(article=article, actor__name="ناصر بوريطة").role == "وزير الخارجية"
