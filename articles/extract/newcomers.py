"""Finds people and bodies that the authority does not hold: names after a title of office, phrases after a head word.

The rules look at the form of words, not at lists of names. All results are suggestions, with their rule and a score.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from articles.arabic.characters import strip_ignored
from articles.arabic.folding import fold_name
from articles.arabic.months import WEEKDAY_NUMBERS
from articles.arabic.places import NATIONALITIES
from articles.arabic.reading import Reading
from articles.arabic.words import Word, fold_phrase
from articles.models import ActorKind


@dataclass(frozen=True)
class Newcomer:
    """A person or body that a text names and the authority does not hold.

    name: the name as the text has it, spaces normalised.
    kind: an ActorKind.
    role: the office as the text states it; may be empty.
    country: the Arabic name of the country that the office or the name states; may be empty.
    start: the offset of the name, in code points.
    end: the offset after the name, in code points.
    rule: the rule that found it.
    score: from 0 to 1.
    """

    name: str
    kind: str
    role: str
    country: str
    start: int
    end: int
    rule: str
    score: float

    @cached_property
    def folded(self) -> str:
        """Returns the folded name, which is equal for different spellings of the name."""
        return fold_phrase(self.name)


def _folded_words(*lines: str) -> frozenset[str]:
    """Returns the folded words of the lines."""
    return frozenset(fold_name(word) for line in lines for word in line.split())


_OFFICES = _folded_words(
    "وزير وزيرة وزيري سفير سفيرة رئيس رئيسة نائب نائبة مدير مديرة أمين أمينة مبعوث مبعوثة مستشار مستشارة مندوب مندوبة ممثل ممثلة",
    "منسق منسقة قائد ملك أمير سلطان ولي كاتب كاتبة محافظ عضو حاكم مفوض مفوضة متحدث متحدثة ناطق ناطقة خبير خبيرة باحث باحثة",
    "وكيل وكيلة والي عميد قاضي قنصل نظيره نظيرته نظيرها زعيم",
)
_OFFICES |= {"ال" + office for office in _OFFICES}
# Offices that are also first or family names.
_NAMES_TOO = _folded_words("والي أمير أميرة سلطان ملك أمين أمينة عميد قائد قاضي")
# Titles that stand directly before a name.
_COURTESIES = _folded_words(
    "السفير السفيرة الدكتور الدكتورة الأستاذ الأستاذة الشيخ الشيخة الأمير الأميرة العميد العقيد المقدم الرائد اللواء الفريق الجنرال",
    "المحامي المحامية القاضي القاضية الباحث الباحثة الخبير الخبيرة الصحفي الصحفية الصحافي الوزير الوزيرة النائب النائبة المتحدث المتحدثة",
    "الناطق الناطقة السيد السيدة المبعوث المبعوثة المستشار المستشارة البروفيسور البروفيسورة الرئيس الملك السلطان القائد المفوض المفوضة",
)
_TITLES = _OFFICES | _COURTESIES
_OFFICE_WORDS = _folded_words(
    "شؤون خارجية داخلية دولة صاحب جلالة سمو مكتب وزارة مجلس هيئة لجنة مركز منظمة جمهورية مملكة عام عامة أول تنفيذي تنفيذية خاص خاصة",
    "منتدب منتدبة مكلف مكلفة باسم في لدى لشؤون بشؤون حكومة وحدة قسم إدارة مديرية أمن برنامج وفد بعثة فريق قوات جيش هيأة معهد جامعة سابق",
    "دائم دائمة مساعد مساعدة مقيم معتمد وزراء وزير رئيس أمين سفير مدير كتابة عهد أركان حرب دفاع عدل إعلام نائب ممثل مستشار ولي مفوض",
    "مكافحة محاربة الإرهاب رئاسة الوزراء برلمان نواب",
)
_LINKS = _folded_words("بن ابن بنت آل أبو أبي عبد ولد دي فان دو ايت أيت بو سيدي لالة فون إل")
_STOPS = _folded_words(
    "في على إلى الى من عن مع أن إن قد التي الذي الذين هذا هذه ذلك تلك خلال بعد قبل حول بين ضد عبر منذ حيث كما وقد لقد اليوم أمس غدا ثم",
    "أو أم لا لم لن ما هو هي هم كل بعض أي غير سوى إثر عقب لدى عند ضمن بشأن بمناسبة بحضور بمشاركة يوم يومي مساء صباح فضلا إضافة كذلك أيضا",
    "الذى التى اللذين وهو وهي لكن بل إذ إذا لو حين عندما بينما نظيره نظيرته إزاء تجاه نحو أكثر أقل أمام داخل خارج فوق تحت حتى ليس كلمة كلمته",
    "ندوة حوار بلاغ تقرير قرار خطاب عرض مقابلة حديث قمة ورشة منتدى ملتقى حفل مراسم جولة",
    "عددا عدد عدة جميع كافة أعمال أشغال اجتماع اجتماعا لقاء مؤتمر زيارة مباحثات محادثات بيان تصريح تصريحات جلسة دورة رسالة مقر وفد وفدا اتصالا",
)
_SPEECH_VERBS = _folded_words(
    "أكد أكدت قال قالت أعلن أعلنت صرح صرحت أوضح أوضحت أضاف أضافت أشار أشارت شدد شددت دعا دعت عبر عبرت بحث بحثت التقى التقت استقبل استقبلت",
    "اجتمع ناقش ناقشت شارك شاركت ترأس ترأست افتتح افتتحت أبرز أبرزت ذكر ذكرت لفت جدد جددت أعرب أعربت نفى كشف كشفت حذر حذرت طالب طالبت",
    "وصل وصلت غادر زار زارت تسلم سلم وقع وقعت عقد عقدت ألقى ألقت أشاد أشادت نوه نوهت اعتبر اعتبرت رأى رأت أطلق أطلقت أجرى أجرت تناول كان كانت",
    "سيعقد ستعقد قام قامت تم جاء جاءت مثل مثلت قدم قدمت تلقى حضر حضرت عرض عرضت أبلغ أدان أدانت رحب رحبت هنأ تحدث تحدثت تابع تعهد أصدر حل اتفق",
)
_NAMES_LIKE_VERBS = _folded_words(
    "ياسر يوسف يحيى ياسين يونس يعقوب يزيد ياسمين يسرا يوسفي توفيق تامر تميم تركي تيمور تقي توماس تيدروس توني تيري يان يانيس"
)
# Names that begin with «و». Other words with «و» are read as a conjunction and the next part of the sentence.
_NAMES_IN_WA = _folded_words("وليد وسيم وائل وفاء وداد وهيب وجدي وديع وسام وصفي واثق واصف وحيد وردة وهبي وجيه")
_WITH_OBJECT = _folded_words("المعني المعنية الخاص الخاصة المكلف المكلفة المتعلق المتعلقة")
_BELONGING = _folded_words("التابع التابعة")
_CHILD_OF = _folded_words("بن ابن بنت")
# In words. An office goes to its end, with its body and place («المبعوث الخاص للأمين العام للأمم المتحدة إلى سوريا»).
# Measured on 2026-11-27 on 104 labelled articles, which name 200 unknown people: names of at most 5 words lose one of
# them, of at most 4 three; 8 words, and offices of 6 to 16 words, make no difference.
_LONGEST_OFFICE, _LONGEST_NAME = 12, 6
# The scores of suggestions, from 0 to 1. They only order what waits at the desk; nothing is measured of them.
_OFFICE_AND_NAME, _COURTESY_OR_COMMA, _HEAD_OF_A_BODY = 0.7, 0.6, 0.5
_BREAK = re.compile(r"[.،؛:؟!\n()«»“”\"/\[\]–—…-]")

# Maps the head word of a body's name to the ActorKind.
_BODIES = {
    word: kind
    for kind, heads in {
        ActorKind.ORGANISATION: "منظمة اتحاد رابطة برنامج صندوق بنك أمانة مفوضية محكمة وكالة",
        ActorKind.GOVERNMENT: "وزارة مديرية جهاز نيابة شرطة سفارة مكتب هيئة لجنة مجلس",
        ActorKind.COALITION: "تحالف ائتلاف مجموعة",
        ActorKind.ARMED_GROUP: "تنظيم جماعة حركة جبهة كتائب كتيبة لواء ميليشيا ميليشيات فصيل",
        ActorKind.CIVIL: "مركز معهد جامعة مؤسسة جمعية شبكة مرصد أكاديمية كلية",
    }.items()
    for word in _folded_words(heads)
}
_OPENERS = {prefix + word for word in (*_OFFICES, *_COURTESIES, *_BODIES) for prefix in ("", "و", "ل", "ب", "ف")}
# In words. With 5 to 10 the same of 211 unknown bodies are found (manage.py evaluate_extraction).
_LONGEST_BODY = 8
# Words that form no name with the head before them: «مجموعة من», «حركة المسافرين».
_NO_BODY = _folded_words(
    "الوزراء الوزارة النواب الاجتماع الدول البلدان التعاون العمل عمل الخبراء المسافرين الطيران السير المرور النقل المساعدات الدعم الأبحاث",
    "الأطفال النساء الشباب واسعة كبيرة كبير جديدة جديد متخصصة متخصص وطنية مشتركة مشترك دولية دولي خاصة مسلحة إرهابية إرهابي متطرفة الإرهابي",
    "عربي عربية وطني وطنية إفريقي إفريقية أوروبي أوروبية إقليمي إقليمية القرار القانون البيان التقرير الاتفاق المشروع",
    "الإرهابية المسلحة المتطرفة الحكومة الأعضاء والعشرين الماضي الحالية الجديدة",
)


def find_newcomers(
    reading: Reading, known_spans: Iterable[tuple[int, int]]
) -> tuple[list[Newcomer], dict[tuple[int, int], str]]:
    """Returns the unknown people and bodies of a text, each once, in order of place; and offices of known actors.

    `known_spans` are the spans that already name an actor. The second value maps such a span to the office that the
    text states before it.
    """
    ordered_spans = sorted(known_spans)
    newcomers_by_name: dict[str, Newcomer] = {}
    offices: dict[tuple[int, int], str] = {}
    after = 0
    for index in [index for index, word in enumerate(reading.words) if word.folded in _OPENERS]:
        newcomer = _at(reading, index) if index >= after else None
        if newcomer is None:
            continue
        next_span = bisect_left(ordered_spans, (newcomer.start, newcomer.start))
        overlapping = [
            span
            for span in ordered_spans[max(0, next_span - 1) : next_span + 1]
            if newcomer.start < span[1] and span[0] < newcomer.end
        ]
        for span in overlapping:
            if newcomer.role and span[0] == newcomer.start:
                offices.setdefault(span, newcomer.role)
        if not overlapping:
            newcomers_by_name.setdefault(newcomer.folded, newcomer)
            after = reading.word_at(newcomer.end)
    return list(newcomers_by_name.values()), offices


def _at(reading: Reading, index: int) -> Newcomer | None:
    """Returns the person or body whose title or head is the word at `index`; None without one."""
    folded = reading.words[index].folded
    bare = folded[1:] if folded[:1] in "ولبف" and len(folded) > 3 else folded
    if folded.startswith("لل") and bare in _BODIES:
        return None
    head = next((word for word in (folded, bare) if word in _OFFICES or word in _COURTESIES or word in _BODIES), None)
    if head is None:
        return None
    if head in _COURTESIES and (
        newcomer := _person(reading, index, index + 1, "person.courtesy_title", _COURTESY_OR_COMMA)
    ):
        return newcomer
    if head in _OFFICES and (newcomer := _office_holder(reading, index)):
        return newcomer
    return _body(reading, index, head) if head in _BODIES else None


def _is_joined(reading: Reading, index: int) -> bool:
    """Returns whether only space stands between the word before `index` and the word at `index`."""
    return index < len(reading.words) and not _BREAK.search(
        reading.text, reading.words[index - 1].end, reading.words[index].start
    )


def _is_definite(folded: str) -> bool:
    """Returns whether a folded word begins with the article, also after a proclitic."""
    return folded.startswith(("ال", "وال", "لل", "بال", "ولل", "وبال", "فال")) and len(folded) > 4


def _office_holder(reading: Reading, index: int) -> Newcomer | None:
    """Returns the person whose office begins at word `index`; None without one.

    The office ends before the first word that cannot belong to it: «وزير الخارجية الهندي | …»,
    «المدير التنفيذي لمكتب … | …».
    """
    position = index + 1
    while position < len(reading.words) and position - index <= _LONGEST_OFFICE:
        if not _is_joined(reading, position):
            # «وزير الشؤون الخارجية والتعاون، ناصر بوريطة،»: a comma may separate the office from the name.
            gap = reading.text[reading.words[position - 1].end : reading.words[position].start].strip()
            may_go_on = gap == "،" and position > index + 1
            return (
                _person(reading, index, position, "person.office_comma_name", _COURTESY_OR_COMMA) if may_go_on else None
            )
        folded = reading.words[position].folded
        bare = folded[1:] if folded[:1] in "وبل" else folded
        is_office = _is_definite(folded) or {folded, bare} & _OFFICE_WORDS
        if not (is_office or bare in _BODIES or bare in _COUNTRY_WORDS):
            return _person(reading, index, position, "person.office_and_name", _OFFICE_AND_NAME)
        position += 1
    return None


def _may_be_name(word: Word, written: str) -> bool:
    """Returns whether a word can be part of a person's name; `written` is the word as the text has it,
    without marks.
    """
    folded = word.folded
    if folded in _NAMES_TOO or folded in _NAMES_IN_WA:
        return True
    if folded[0] == "و" and not folded.startswith(("وا", "وي", "وو")):
        return False
    if (
        word.is_number
        or len(folded) < 2
        or folded in _STOPS
        or folded in _SPEECH_VERBS
        or folded in _OFFICE_WORDS
        or folded in _OFFICES
    ):
        return False
    if (
        {folded, folded[1:]} & _BODIES.keys()
        or folded in _COUNTRY_WORDS
        or folded[1:] in _STOPS
        or (folded[0] in "وفس" and folded[1:] in _SPEECH_VERBS)
    ):
        return False
    if folded.startswith(("لل", "وال", "بال", "فال", "ول", "كال")) or written.startswith(
        ("وأ", "وإ", "لأ", "لإ", "بأ", "بإ")
    ):
        return False
    if (folded[0] in "يت" or (folded.startswith(("سي", "ست")) and len(folded) > 4)) and folded not in _NAMES_LIKE_VERBS:
        return False
    return not folded.endswith(("تين", "هما", "هم", "ها", "ات"))


def _person(reading: Reading, office: int, first: int, rule: str, score: float) -> Newcomer | None:
    """Returns the person whose title begins at word `office` and whose name begins at word `first`; None if it is no
    name.

    A name has at least two words. It can hold links such as «بن» and end with a family name with the article.
    """
    text, of_words = reading.text, reading.words
    last, elements = first, 1
    while last < len(of_words) and last - first < _LONGEST_NAME:
        word = of_words[last]
        written = strip_ignored(text[word.start : word.end])
        if last > first and not _is_joined(reading, last):
            break
        is_definite = _is_definite(word.folded)
        if last == first and (is_definite or word.folded in _CHILD_OF or not _may_be_name(word, written)):
            return None
        if last > first:
            follows_link = of_words[last - 1].folded in _LINKS
            if not (follows_link or is_definite or word.folded in _LINKS or _may_be_name(word, written)):
                break
            if is_definite and not follows_link and not word.folded.startswith("ال"):
                break
            # A third plain word belongs to the name only if it ends the name: a break, stop, verb or «و» follows.
            is_plain = not (is_definite or follows_link or word.folded in _LINKS)
            if is_plain and elements >= 2 and of_words[last - 1].folded not in _LINKS and _is_joined(reading, last + 1):
                following = of_words[last + 1].folded
                if not (following in _STOPS or following in _SPEECH_VERBS or following.startswith("و")):
                    break
            elements += not follows_link and word.folded not in _LINKS
            if is_definite and not follows_link:
                last += 1
                break
        last += 1
    while last > first and of_words[last - 1].folded in _LINKS:
        last -= 1
    if last - first < 2:
        return None
    start, end = of_words[first].start, of_words[last - 1].end
    head = of_words[office]
    skip = 1 if head.folded[:1] in "ولبف" and head.folded[1:] in _TITLES else 0
    role = " ".join(text[head.start + skip : of_words[first - 1].end].split())
    name = " ".join(text[start:end].split())
    return Newcomer(name, ActorKind.PERSON, role, _country(of_words[office:first]), start, end, rule, score)


def _body(reading: Reading, index: int, head: str) -> Newcomer | None:
    """Returns the body whose head word stands at `index`; None if too few definite words follow it.

    «منظمة شنغهاي للتعاون» and «مكتب الأمم المتحدة لمكافحة الإرهاب» are such bodies.
    """
    text, of_words = reading.text, reading.words
    last = index + 1
    definite_words = 0
    while _is_joined(reading, last) and last - index < _LONGEST_BODY:
        folded = of_words[last].folded
        if folded in _NO_BODY or folded in _STOPS or folded in _SPEECH_VERBS or of_words[last].is_number:
            break
        # «… بالرباط», «… الخميس»: a place or a time, and not part of the name.
        before = of_words[last - 1].folded
        if folded in _BELONGING or (folded.startswith("وال") and folded[3:] in _BODIES):
            break
        if (
            (folded.startswith("بال") and before not in _WITH_OBJECT)
            or folded in WEEKDAY_NUMBERS
            or before in NATIONALITIES
        ):
            break
        if _is_definite(folded):
            if folded.startswith("وال") and definite_words < 1:
                break
            definite_words += 1
        elif last == index + 1 and _is_joined(reading, last + 1) and of_words[last + 1].folded.startswith("لل"):
            definite_words += 1
        elif not (last == index + 1 or folded.startswith("ل")) or not (
            _is_joined(reading, last + 1) and _is_definite(of_words[last + 1].folded)
        ):
            break
        last += 1
    # A head with one definite word is as often a common noun («مجلس النواب») as a name. With two it rarely is.
    if definite_words < 2:
        return None
    start = of_words[index].start + (1 if of_words[index].folded != head else 0)
    end = of_words[last - 1].end
    name = " ".join(text[start:end].split())
    rule = "body.head_and_complement"
    return Newcomer(name, _BODIES[head], "", _country(of_words[index:last]), start, end, rule, _HEAD_OF_A_BODY)


def _country(of_words: Sequence[Word]) -> str:
    """Returns the first country that the words name, as a nationality («الهندي») or by its name («العراق»);
    else empty.
    """
    for word in of_words:
        for form in (word.folded, word.folded[1:], word.folded[2:]):
            if form in NATIONALITIES:
                return NATIONALITIES[form]
            if form in _COUNTRY_WORDS:
                return _COUNTRY_WORDS[form]
    return ""


_COUNTRY_WORDS = {fold_name(country): country for country in set(NATIONALITIES.values()) if " " not in country}
