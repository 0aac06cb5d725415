"""Makes spellings of one Arabic word equal: marks off, alefs and final letters unified, clitics stripped.

`fold_name` compares names and phrases; `fold_word` is what the search index holds before stemming and is the same
function as archive_fold in the database (articles/search/sql/0001_functions.sql; a test compares the two).
"""

import re

from articles.arabic.characters import DIGITS, LETTERS, strip_ignored

_ALEFS_AND_ENDINGS = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ھ": "ه"}
_DIGITS = dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True))
_SPELLED_ALIKE = _ALEFS_AND_ENDINGS | _DIGITS
_INDEX_LETTERS = str.maketrans(_SPELLED_ALIKE | {",": "", "٬": ""})
# Names are also written with and without the seat of a hamza: مسؤول/مسئول, رئيس/رييس.
_NAME_LETTERS = str.maketrans(_SPELLED_ALIKE | {",": "", "٬": "", "ؤ": "و", "ئ": "ي"})
_BETWEEN_WORDS = re.compile(f"[^{LETTERS}{DIGITS}]+")

# «أميركا» in the Levant and the Gulf is «أمريكا» in Egypt and the Maghreb.
_LEVANTINE_AMERICA, _AMERICA = "اميرك", "امريك"

# Conjunctions, prepositions and the article, longest first; at least three letters must remain.
CLITICS = ("وبال", "فبال", "وكال", "ولل", "فلل", "وال", "فال", "بال", "كال", "لل", "ال")
_CLITIC = re.compile(f"^(?:{'|'.join(CLITICS)})(?=.{{3}})|^و(?=.{{4}})")

# What may stand before a name inside one written word: conjunction, preposition, article.
_PROCLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "فب", "ول", "فل", "وك", "فك", "س", "أ")
_PROCLITICS_BY_LETTER = {
    letter: [one for one in _PROCLITICS if one[0] == letter] for letter in {one[0] for one in _PROCLITICS}
}


def fold_letters(word: str) -> str:
    """`word` as the index spells it: no marks or tatweel, one alef, ى as ي, ة as ه, ASCII digits, lower case."""
    return strip_ignored(word).translate(_INDEX_LETTERS).replace(_LEVANTINE_AMERICA, _AMERICA).lower()


def fold_text(text: str) -> str:
    """A whole text as `fold_letters` spells its words, each with a space before and behind it; offsets are not kept.

    Numbers are cut at their thousands marks. Replacing letter by letter is fifty times as fast as translating a long text.
    """
    folded = strip_ignored(text)
    for written, plain in _SPELLED_ALIKE.items():
        folded = folded.replace(written, plain)
    return f" {_BETWEEN_WORDS.sub(' ', folded.replace(_LEVANTINE_AMERICA, _AMERICA).lower())} "


def fold_word(word: str) -> str:
    """`fold_letters`, then the clitics that PostgreSQL's stemmer leaves on («والإرهابية» → «ارهابيه»)."""
    return _CLITIC.sub("", fold_letters(word), count=1)


def fold_name(text: str) -> str:
    """`text` for comparing names: as `fold_letters`, hamza seats unified too; the article is kept."""
    return strip_ignored(text).translate(_NAME_LETTERS).replace(_LEVANTINE_AMERICA, _AMERICA).lower()


def without_proclitics(folded: str) -> list[str]:
    """The readings of a folded word as proclitic + word, the whole word first: «وللمغرب» → …, «المغرب»."""
    readings = [folded]
    for proclitic in _PROCLITICS_BY_LETTER.get(folded[:1], ()):
        if folded.startswith(proclitic) and len(folded) > len(proclitic) + 1:
            rest = folded[len(proclitic) :]
            readings.append(rest)
            # After ل the article loses its alef: للمغرب = ل + المغرب.
            if proclitic.endswith("ل") and rest.startswith("ل"):
                readings.append("ا" + rest)
    return readings
