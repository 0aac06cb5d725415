"""Recognises lines of page furniture: comment forms, share bars and labels."""

import re
from functools import lru_cache

from articles.arabic.folding import fold_name
from articles.arabic.words import fold_phrase


def _fold_line(line: str) -> str:
    """Returns a line folded and without the definite article: one label may have it on one page and lack it on another."""
    return fold_phrase(line).removeprefix("ال")


def _openings(*lines: str) -> tuple[str, ...]:
    return tuple(_fold_line(line) for line in lines)


# A line with one of these beginnings opens the comment form under an article. No line after it belongs to the article.
_COMMENT_FORM = _openings(
    "اترك تعليق", "اترك رد", "أضف تعليق", "أضف رد", "اكتب تعليق", "أكتب تعليق", "شارك بتعليق", "شاركنا رأيك", "علق على",
    "لن يتم نشر عنوان بريدك", "لن يتم نشر البريد", "الحقول الإلزامية", "الحقول المطلوبة", "من شروط النشر", "شروط النشر",
    "شروط التعليق", "قواعد التعليق", "إلغاء الرد", "تعليقات الزوار", "التعليقات المنشورة", "leave a reply", "leave a comment",
    "your email address will not", "احفظ اسمي", "احفظ اسمى", "سياسة التعليقات", "ترك الرد", "تعليقكم", "أرسل تعليق",
    "كن أول من يعلق", "لا توجد تعليقات", "انشر تعليقك", "ضع تعليق",
)  # fmt: skip
# A short line with one of these beginnings is a label, a button or a pointer to another page.
_LABEL_OPENINGS = _openings(
    "شارك", "مشاركة", "طباعة", "اطبع", "نسخ الرابط", "تم نسخ", "أرسل إلى صديق", "إرسال", "حجم الخط", "تابعونا", "تابعنا",
    "اشترك", "اقرأ أيضا", "إقرأ أيضا", "اقرأ المزيد", "اقرا ايضا", "مواضيع ذات صلة", "مقالات ذات صلة", "أخبار ذات صلة", "ذات صلة",
    "المزيد من", "للمزيد", "شاهد أيضا", "قد يهمك", "قد يعجبك", "الكلمات المفتاحية", "كلمات دلالية", "وسوم", "الوسوم", "تاغ",
    "الأكثر قراءة", "المقال السابق", "المقال التالي", "السابق", "التالي", "الرئيسية", "فيسبوك", "تويتر", "واتساب", "تلغرام",
    "facebook", "twitter", "whatsapp", "telegram", "share", "print", "read more", "tags", "جميع الحقوق محفوظة", "حقوق النشر",
    "تعليق", "تعليقات", "مشاهدات", "عدد المشاهدات", "المشاهدات", "دقائق للقراءة", "دقيقة للقراءة", "وقت القراءة", "مدة القراءة",
    "صورة", "الصورة", "إعلان", "إعلانات", "طباعة", "إرسال", "نسخ", "المصدر صورة", "تصوير", "استمع", "النشرة البريدية", "حمل التطبيق", "هل أعجبك",
)  # fmt: skip
_LABEL_WORDS = tuple(f"{label} " for label in _LABEL_OPENINGS)
# Pointers to other pages. They need no further sign of a label, at any length up to _LONGEST_LABEL.
_POINTER = _openings("اقرأ", "إقرأ", "شاهد أيضا", "للمزيد", "المزيد من", "قد يهمك", "قد يعجبك", "جميع الحقوق")
_COUNTED_LABEL = re.compile(r"^[\d٠-٩]+\s*(?:تعليقا?|تعليقات|مشاهدة|مشاهدات|دقائق|دقيقة|مشاركة|مشاركات|قراءة)\b")
_BETWEEN_BUTTONS = re.compile(r"\s*[|•·]\s*")
# In words. A longer line is read as a sentence that happens to begin like a label. A judgement: a larger value removes
# short sentences of articles, a smaller one leaves long buttons («اشترك في النشرة البريدية …») in the text.
_LONGEST_LABEL = 9
# In code points. No entry of _COMMENT_FORM is longer.
_LONGEST_OPENING = 80


def opens_comment_form(line: str) -> bool:
    """Returns whether `line` is the heading or the first notice of a comment form."""
    return _fold_line(line[:_LONGEST_OPENING]).startswith(_COMMENT_FORM)


def is_label(line: str) -> bool:
    """Returns whether a short `line` is a button, a counter or a pointer to another page, or a row of these."""
    buttons = _BETWEEN_BUTTONS.split(line)
    return _is_label(line) or (len(buttons) > 1 and all(_is_label(button) for button in buttons))


@lru_cache(maxsize=20_000)  # the pages of one site share their labels
def _is_label(line: str) -> bool:
    """Returns whether a text is one button, counter or pointer; also true if folding leaves nothing of it.

    Longer texts, and those that end like a sentence, are no labels.
    """
    if line.count(" ") > 2 * _LONGEST_LABEL:
        return False
    folded = _fold_line(line)
    if not folded:
        return True
    if len(folded.split()) > _LONGEST_LABEL or line.rstrip().endswith((".", "؟", "!")):
        return False
    return bool(_COUNTED_LABEL.match(line)) or (f"{folded} ".startswith(_LABEL_WORDS) and _reads_as_label(line, folded))


def _reads_as_label(line: str, folded: str) -> bool:
    """Tells labels («شارك» alone, «اقرأ أيضا: …») from titles and sentences with the same first word («شارك المغرب في
    …»).
    """
    exact = folded in _LABEL_OPENINGS or len(folded.split()) <= 3
    return (
        folded.startswith(_POINTER)
        or (":" in line[:25])
        or (exact and fold_name(line.split()[-1]) not in {fold_name("في")})
    )
