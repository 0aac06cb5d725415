"""Content words of titles, by which events are told apart; used to recognise events."""

from functools import lru_cache

from articles.arabic.folding import fold_word
from articles.arabic.words import WORD

_EMPTY_WORDS = {fold_word(w) for w in (
    "في", "على", "من", "إلى", "عن", "حول", "بين", "ضد", "مع", "هذا", "هذه", "أشغال", "أعمال", "انطلاق", "افتتاح", "بمشاركة",
    "تحتضن", "يستضيف", "تستضيف", "ينطلق", "أول", "الرفيع", "المستوى", "رفيع", "السنوي", "تعزيز", "مجال", "الدولي", "دولي",
    "التعاون", "الإرهاب", "لمكافحة", "مكافحة", "محاربة", "اليوم", "الذي", "التي", "يومي", "تنظيم", "لهزيمة", "العالمي", "و",
    "ما", "لا", "أن", "إن", "أنه", "كان", "كانت", "ذلك", "بعد", "قبل", "كما", "أو", "قد", "هو", "هي", "كل", "خلال", "ثم", "لم", "لن",
    "عند", "حتى", "منذ", "غير", "وأكد", "وقال", "وأضاف",
)}  # fmt: skip
_ENDINGS = ("يه", "ها", "هم", "ه", "ي", "ات", "ين", "ون")


@lru_cache(maxsize=50_000)
def content_words(title: str) -> frozenset[str]:
    """Returns the content words of a title: folded, without clitics and endings, and without function words."""
    return frozenset(_content_word(match[0]) for match in WORD.finditer(title)) - _EMPTY_WORDS


@lru_cache(maxsize=100_000)
def _content_word(word: str) -> str:
    """Returns the folded word without clitics and without its ending, if three letters remain."""
    folded = fold_word(word)
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded[: -len(ending)]
    return folded
