"""Names of months and weekdays as Arabic papers write them, from Casablanca to Baghdad; used by dates and by pages."""

from articles.arabic.folding import fold_name

# Maps a month's number to its names: of Egypt and the Gulf, then the Maghreb, the Levant and Iraq, Algeria and Tunisia.
GREGORIAN = {
    1: ("يناير", "كانون الثاني", "جانفي", "جانفيي"),
    2: ("فبراير", "شباط", "فيفري", "فبراير"),
    3: ("مارس", "آذار", "مارس"),
    4: ("أبريل", "نيسان", "أفريل", "إبريل"),
    5: ("مايو", "ماي", "أيار", "نوار"),
    6: ("يونيو", "يونيه", "حزيران", "جوان", "يونية"),
    7: ("يوليو", "يوليوز", "تموز", "جويلية", "يوليه", "يولية"),
    8: ("أغسطس", "غشت", "آب", "أوت"),
    9: ("سبتمبر", "شتنبر", "أيلول"),
    10: ("أكتوبر", "تشرين الأول", "اكتوبر"),
    11: ("نوفمبر", "نونبر", "تشرين الثاني"),
    12: ("ديسمبر", "دجنبر", "كانون الأول"),
}
# Pages show the name of the Maghreb, and the name of the Levant if it differs.
MAGHREB = ("يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر")
LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
HIJRI = {
    1: ("محرم", "المحرم"),
    2: ("صفر",),
    3: ("ربيع الأول", "ربيع الاول"),
    4: ("ربيع الآخر", "ربيع الثاني"),
    5: ("جمادى الأولى", "جمادى الاولى", "جمادى الأول"),
    6: ("جمادى الآخرة", "جمادى الثانية", "جمادى الآخر"),
    7: ("رجب",),
    8: ("شعبان",),
    9: ("رمضان",),
    10: ("شوال",),
    11: ("ذو القعدة", "ذي القعدة"),
    12: ("ذو الحجة", "ذي الحجة"),
}
# Monday comes first, as in Python.
ENGLISH_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")


def _numbers_by_name(names: dict[int, tuple[str, ...]]) -> dict[str, int]:
    return {fold_name(name): number for number, spellings in names.items() for name in spellings}


# Map a month's folded name to its number, 1–12.
GREGORIAN_NUMBERS = _numbers_by_name(GREGORIAN)
HIJRI_NUMBERS = _numbers_by_name(HIJRI)
# Maps a folded weekday to 0 (Monday) … 6 (Sunday), as datetime.date.weekday() does.
WEEKDAY_NUMBERS = {fold_name(name): number for number, name in enumerate(WEEKDAYS)} | {fold_name("الإثنين"): 0}
