"""Makes spellings of an Arabic word equal: drops marks, unifies alefs and final letters, strips clitics.

`fold_name` is for comparing names and phrases. `fold_word` returns what the search index holds before stemming. It is
the same function as archive_fold in the database (articles/search/sql/0001_functions.sql; a test compares the two).
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

# The Levant and the Gulf write «أميركا», Egypt and the Maghreb «أمريكا».
_LEVANTINE_AMERICA, _AMERICA = "اميرك", "امريك"

# Conjunctions, prepositions and the article, longest first. At least three letters of the word must remain.
CLITICS = ("وبال", "فبال", "وكال", "ولل", "فلل", "وال", "فال", "بال", "كال", "لل", "ال")
_CLITIC = re.compile(f"^(?:{'|'.join(CLITICS)})(?=.{{3}})|^و(?=.{{4}})")

# Conjunctions and prepositions that may be written onto a name.
_PROCLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "فب", "ول", "فل", "وك", "فك", "س", "أ")
_PROCLITICS_BY_LETTER = {
    letter: [prefix for prefix in _PROCLITICS if prefix[0] == letter]
    for letter in {prefix[0] for prefix in _PROCLITICS}
}


def fold_letters(word: str) -> str:
    """Returns `word` as the index spells it: no marks, one alef, ى as ي, ة as ه, ASCII digits, lower case.

    Tatweel counts as a mark.
    """
    return strip_ignored(word).translate(_INDEX_LETTERS).replace(_LEVANTINE_AMERICA, _AMERICA).lower()


def fold_text(text: str) -> str:
    """Returns a text with its words spelled as by `fold_letters` and a space around each; offsets are not kept.

    Numbers are cut at their thousands marks. Replacing each letter is fifty times as fast as translating a long text.
    """
    folded = strip_ignored(text)
    for written, plain in _SPELLED_ALIKE.items():
        folded = folded.replace(written, plain)
    return f" {_BETWEEN_WORDS.sub(' ', folded.replace(_LEVANTINE_AMERICA, _AMERICA).lower())} "


def fold_word(word: str) -> str:
    """Returns `fold_letters` of a word without the clitics that PostgreSQL's stemmer keeps.

    «والإرهابية» becomes «ارهابيه».
    """
    return _CLITIC.sub("", fold_letters(word), count=1)


def fold_name(text: str) -> str:
    """Returns `text` in a form for comparing names: as `fold_letters`, with hamza seats unified; the article stays."""
    return strip_ignored(text).translate(_NAME_LETTERS).replace(_LEVANTINE_AMERICA, _AMERICA).lower()


def without_proclitics(folded: str) -> list[str]:
    """Returns a folded word, then its readings without a possible proclitic: «وللمغرب» → …, «المغرب»."""
    readings = [folded]
    for proclitic in _PROCLITICS_BY_LETTER.get(folded[:1], ()):
        if folded.startswith(proclitic) and len(folded) > len(proclitic) + 1:
            rest = folded[len(proclitic) :]
            readings.append(rest)
            # After ل the article loses its alef: للمغرب = ل + المغرب.
            if proclitic.endswith("ل") and rest.startswith("ل"):
                readings.append("ا" + rest)
    return readings
