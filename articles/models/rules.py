"""The Arabic names of the rules that suggest facts, by the codes that rows store (docs/extraction.md).

Every rule has its name here.
"""

RULES = {
    "actor.known_name": "اسم معروف في الأرشيف",
    "person.office_and_name": "منصب يليه اسم",
    "person.office_comma_name": "منصب ففاصلة فاسم",
    "person.courtesy_title": "لقب يليه اسم",
    "body.head_and_complement": "اسم هيئة مركب",
    "event.head_phrase": "فعالية جديدة من عبارة في النص",
    "event.named_in_lead": "فعالية معروفة في مقدمة النص",
    "figure.percent": "نسبة مئوية",
    "figure.currency": "مبلغ وعملته",
    "figure.number_and_noun": "عدد ومعدوده",
    "figure.number_of_nouns": "عبارة «عدد كذا»",
    "figure.of_the_same": "عدد من المعدود نفسه",
    "figure.verb_and_number": "فعل وعدد",
    "reprint.same_text": "نص واحد",
    "reprint.shingles": "عبارات مشتركة",
    "contradiction.values_apart": "قيم لا تجتمع",
}
# The code of a rule that suggests a stored event lists the properties that agree: «event.same_kind_words_date».
SAME = "event.same_"
AGREED = {"kind": "النوع", "words": "كلمات العنوان", "actors": "الفاعلون", "place": "المكان", "date": "اليوم"}


def rule_name(code: str) -> str:
    """Returns the Arabic name of a rule.

    An unknown code, such as one of an older version or an empty one, is returned as it is.
    """
    parts = code.removeprefix(SAME).split("_")
    if code.startswith(SAME) and all(part in AGREED for part in parts):
        return f"فعالية معروفة، اتفق: {'، '.join(AGREED[part] for part in parts)}"
    return RULES.get(code, code)
