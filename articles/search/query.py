"""The query language: what a reader types → a small tree of values that knows nothing of a database.

    «عبارة كاملة»  "phrase"  “phrase”      words side by side
    كلمة كلمة                              all of them
    أو   OR   |                            either
    -كلمة   NOT                            without
    إره*                                   words that begin so
    كلمة NEAR كلمة   NEAR/3                within so many words of one another, in either order
    العنوان:كلمة                           in the title
    الفاعل:اسم   الحدث:اسم   المصدر:اسم     articles that name, report or come from what is named so
    من:2024-11   إلى:«نوفمبر 2024»         published then at the earliest, at the latest
    (…)                                    grouping

Nothing a person types is an error: what cannot be read as an operator is read as words, and a note says so and where.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from articles.arabic.characters import with_ascii_digits
from articles.arabic.dates import EARLIEST_YEAR, LATEST_YEAR, find_dates
from articles.arabic.folding import fold_letters
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import WORD

# Longer queries cost the database more than any reader gains; what exceeds this, function words not counted, is cut and a
# note says so. Pasted sentences found less with fewer words.
MOST_WORDS = 32
LONGEST_QUERY = 1000
DEEPEST_NESTING = 12
# Half of all words begin with one of a few letters.
SHORTEST_PREFIX = 2
# A query of more words than this, function words not counted, is a sentence that somebody pasted: its «أو» and its dashes
# are text. OR, | and NOT are signs all the same.
SENTENCE = 8
# NEAR without a number, and the farthest that is looked for: each distance is two more alternatives for the database.
USUAL_DISTANCE, FARTHEST = 5, 20

# Every way to write a field's name, folded.
_FIELDS = {
    fold_letters(written): name
    for name, spellings in {
        "title": "العنوان عنوان بعنوان title", "actor": "الفاعل فاعل actor", "event": "الحدث حدث الفعالية فعالية event",
        "source": "المصدر مصدر source", "since": "من منذ since from", "until": "إلى حتى until to",
    }.items()
    for written in spellings.split()
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One word as typed; with `prefix` it stands for every word that begins so."""

    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class Near:
    """Two words or phrases within `distance` words of one another, in either order."""

    first: Term | Phrase
    second: Term | Phrase
    distance: int


@dataclass(frozen=True)
class Title:
    """The words of `part` (terms, phrases, And, Or, Not of them), in the title."""

    part: "Node"


@dataclass(frozen=True)
class Field:
    """Articles tied to the actor, event or source (`name`) that is named `text`; `position` is where that was typed."""

    name: str
    text: str
    position: int


@dataclass(frozen=True)
class Published:
    """Articles that can have been published on `first` or later, on `last` or earlier; one of the two is None."""

    first: date | None
    last: date | None


Node = Term | Phrase | And | Or | Not | Near | Title | Field | Published


@dataclass(frozen=True)
class Note:
    """Something about the query its writer should know; `position` is the code point of what was typed it is about."""

    position: int
    message: str


@dataclass(frozen=True)
class ParsedQuery:
    """`tree` is None where nothing remains to look for."""

    text: str
    tree: Node | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Token:
    """`end` is where the sign ends in the text that was read; `position` where it begins in what was typed."""

    kind: str
    text: str
    position: int
    end: int


_EITHER_AS_A_WORD = ("أو", "او")
_TOKEN = re.compile(
    r"(?P<quote>[\"“”„«»‟])"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<or>\|+|\bOR\b|(?<!\S)[أا]و(?!\S))"
    r"|(?P<and>&+|\bAND\b)"
    r"|(?P<near>\bNEAR\b(?:/[0-9]{1,3})?)"
    r"|(?P<not>(?<!\S)[-–−!](?=[^\s-])|\bNOT\b(?=\s+\S))"
    rf"|(?P<word>(?:{WORD.pattern}))(?:(?P<star>\*)|(?P<colon>[:：] ?(?=[^\s:])))?"
)
# A day, month or year in digits, as from:, since: and their Arabic names take them.
_DIGITS_DATE = re.compile(r"[0-9]{1,4}(?:[-/.][0-9]{1,2}(?:[-/.][0-9]{1,4})?)?(?![0-9])")
_YEAR_AND_MONTH = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})")


def parse(text: str) -> ParsedQuery:
    """Reads a typed query. Never raises: unknown signs are passed over, unclosed quotes and brackets closed at the end."""
    notes: list[Note] = []
    if len(text) > LONGEST_QUERY:
        notes.append(Note(LONGEST_QUERY, _("الاستعلام طويل؛ بُحث في أول %(count)s حرف منه.") % {"count": LONGEST_QUERY}))
        text = text[:LONGEST_QUERY]
    read, origins = _normalised(text)
    tokens = _as_a_sentence(_within_bounds(_tokens(read, origins), notes), notes)
    tree = _Parser(read, tokens, notes).query()
    if tree is not None and not _asks_for_something(tree):
        notes.append(Note(0, _("الاستبعاد وحده لا يكفي: اكتب كلمة تبحث عنها مع ما تستبعده.")))
        tree = None
    return ParsedQuery(text, tree, tuple(notes))


def _normalised(text: str) -> tuple[str, list[int]]:
    """`text` with digits and compatibility characters made plain, and for each code point of it where it was typed."""
    read: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(with_ascii_digits(text.replace("\x00", " "))):
        plain = unicodedata.normalize("NFKC", character)
        read.append(plain)
        origins += [position] * len(plain)
    return "".join(read), origins


def terms_of(node: Node | None, *, negated: bool = False) -> list[Term]:
    """The terms that a result should hold, in order; those under a Not are left out (or are all, with `negated`)."""
    match node:
        case Term():
            return [node]
        case Phrase(terms):
            return list(terms)
        case Near(first, second):
            return [*terms_of(first), *terms_of(second)]
        case Title(part):
            return terms_of(part, negated=negated)
        case And(parts) | Or(parts):
            return [term for part in parts for term in terms_of(part, negated=negated)]
        case Not(part):
            return terms_of(part, negated=True) if negated else []
    return []


def is_plain(node: Node | None) -> bool:
    """Whether a query is nothing but words, with no sign that says how they belong together."""
    match node:
        case Term():
            return True
        case And(parts):
            return all(isinstance(part, Term) for part in parts)
    return False


def _asks_for_something(node: Node) -> bool:
    match node:
        case Not():
            return False
        case Title(part):
            return _asks_for_something(part)
        case And(parts):
            return any(_asks_for_something(part) for part in parts)
        case Or(parts):
            return all(_asks_for_something(part) for part in parts)
    return True


def _tokens(text: str, origins: list[int]) -> list[_Token]:
    tokens: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() < end:
            continue
        position, end = origins[match.start()], match.end()
        if match["word"] is None:
            tokens.append(_Token(match.lastgroup or "", match[0], position, end))
            continue
        name = _FIELDS.get(fold_letters(match["word"])) if match["colon"] else None
        if name in {"since", "until"} and (digits := _DIGITS_DATE.match(text, end)):
            tokens += [_Token("field", name, position, end), _Token("date", digits[0], origins[end], digits.end())]
            end = digits.end()
        elif name:
            tokens.append(_Token("field", name, position, end))
        else:
            tokens.append(_Token("prefix" if match["star"] else "word", match["word"], position, match.end("word")))
    return tokens


def _within_bounds(tokens: list[_Token], notes: list[Note]) -> list[_Token]:
    seen = 0
    for index, token in enumerate(tokens):
        seen += _is_content(token)
        if seen > MOST_WORDS:
            notes.append(
                Note(token.position, _("الاستعلام طويل؛ بُحث عن أول %(count)s كلمة منه.") % {"count": MOST_WORDS})
            )
            return tokens[:index]
    return tokens


def _is_content(token: _Token) -> bool:
    return token.kind in {"word", "prefix"} and not is_stop_word(token.text)


def _as_a_sentence(tokens: list[_Token], notes: list[Note]) -> list[_Token]:
    """`tokens` with what only looks like operators read as text, if they are many enough to be a sentence."""
    if sum(map(_is_content, tokens)) <= SENTENCE:
        return tokens
    either = [token for token in tokens if token.kind == "or" and token.text in _EITHER_AS_A_WORD]
    dashes = [token for token in tokens if token.kind == "not" and token.text != "NOT"]
    if not either and not dashes:
        return tokens
    first = min(token.position for token in (*either, *dashes))
    notes.append(Note(first, _("قُرئ الاستعلام كجملة: عُدت «أو» والشرطات من نصها. للاختيار اكتب OR وللاستبعاد NOT.")))
    return [replace(token, kind="word") if token in either else token for token in tokens if token not in dashes]


class _Parser:
    """Recursive descent over the tokens: or-expressions of and-expressions of (negated) words, phrases and groups."""

    def __init__(self, text: str, tokens: list[_Token], notes: list[Note]) -> None:
        self.text = text
        self.tokens = tokens
        self.notes = notes
        self.index = 0
        self.depth = 0

    def query(self) -> Node | None:
        parts: list[Node] = []
        while self.index < len(self.tokens):
            if node := self._either():
                parts.append(node)
            if self._peek("close"):
                self._note(self.tokens[self.index], _("قوس إغلاق بلا قوس فتح؛ تُجوهل."))
                self.index += 1
        return _all_of(parts)

    def _either(self) -> Node | None:
        parts = [self._all()]
        while self._peek("or"):
            self.index += 1
            parts.append(self._all())
        found = tuple(part for part in parts if part is not None)
        return Or(found) if len(found) > 1 else found[0] if found else None

    def _all(self) -> Node | None:
        parts: list[Node] = []
        while self.index < len(self.tokens) and not self._peek("or") and not self._peek("close"):
            if node := self._near():
                parts.append(node)
        return _all_of(parts)

    def _near(self) -> Node | None:
        first = self._one()
        pairs: list[Node] = []
        while self._peek("near"):
            sign = self.tokens[self.index]
            self.index += 1
            second = self._one() if self.index < len(self.tokens) and not self._peek("or", "close", "near") else None
            if not isinstance(first, Term | Phrase) or not isinstance(second, Term | Phrase):
                self._note(sign, _("تصل NEAR بين كلمتين أو عبارتين؛ بُحث عما حولها بلا شرط القرب."))
                pairs += [part for part in (first, second) if part is not None and part not in pairs]
            else:
                pairs.append(Near(first, second, self._distance(sign)))
            first = second
        return _all_of(pairs) if pairs else first

    def _distance(self, sign: _Token) -> int:
        number = sign.text.partition("/")[2]
        asked = int(number) if number else USUAL_DISTANCE
        if not 1 <= asked <= FARTHEST:
            self._note(sign, _("المسافة بين 1 و%(count)s كلمة.") % {"count": FARTHEST})
        return min(max(asked, 1), FARTHEST)

    def _one(self) -> Node | None:
        token = self.tokens[self.index]
        self.index += 1
        match token.kind:
            case "prefix" if len(token.text) < SHORTEST_PREFIX:
                self._note(
                    token,
                    _("اكتب %(count)s من الحروف على الأقل قبل النجمة؛ عُد ما كتبت كلمة.") % {"count": SHORTEST_PREFIX},
                )
                return Term(token.text)
            case "word" | "prefix":
                return Term(token.text, prefix=token.kind == "prefix")
            case "quote":
                return self._phrase(token)
            case "open":
                return self._group(token)
            case "field":
                return self._field(token)
            case "date":
                return _all_of(_as_words(self.text, token))
            case "not" if self._peek("word", "prefix", "quote", "open", "field"):
                node = self._one()
                return Not(node) if node else None
        return None

    def _phrase(self, opening: _Token) -> Node | None:
        terms = []
        while self.index < len(self.tokens) and not self._peek("quote"):
            token = self.tokens[self.index]
            if token.kind in _WORDS and re.search(r"\w", token.text):
                terms += _as_words(self.text, token)
            self.index += 1
        if self._peek("quote"):
            self.index += 1
        else:
            self._note(opening, _("علامة تنصيص لم تُغلق؛ عُدت العبارة إلى آخر الاستعلام."))
        if len(terms) == 1:
            return terms[0]
        return Phrase(tuple(terms)) if terms else None

    def _group(self, opening: _Token) -> Node | None:
        if self.depth >= DEEPEST_NESTING:
            self._note(opening, _("أقواس كثيرة متداخلة؛ تُجوهل بعضها."))
            return None
        self.depth += 1
        node = self._either()
        self.depth -= 1
        if self._peek("close"):
            self.index += 1
        else:
            self._note(opening, _("قوس لم يُغلق؛ عُد مغلقا في آخر الاستعلام."))
        return node

    def _field(self, name: _Token) -> Node | None:
        if name.text in {"since", "until"}:
            return self._published(name)
        if not self._peek("word", "prefix", "quote", "open"):
            self._note(name, _("لا شيء بعد اسم الحقل؛ عُد كلمة من الكلمات."))
            return _all_of(_as_words(self.text, name))
        value = self.tokens[self.index]
        part = self._one()
        if part is None or name.text == "title":
            return Title(part) if part and not _has_fields(part) else part
        words = [term.text for term in terms_of(part)]
        return Field(name.text, " ".join(words), value.position) if words else None

    def _published(self, name: _Token) -> Node | None:
        """من: and إلى: take digits, or up to three words or a phrase that say a day, a month or a year."""
        first = self.index
        if self._peek("date"):
            self.index += 1
            interval = _interval(self.tokens[first].text)
        elif self._peek("quote"):
            self.index += 1
            part = self._phrase(self.tokens[first])
            interval = _interval(" ".join(term.text for term in terms_of(part)))
        else:
            following = self.tokens[first : first + 3]
            for length in (3, 2, 1):
                said = following[:length]
                interval = _interval(" ".join(token.text for token in said)) if _are_words(said) else None
                if interval:
                    self.index = first + length
                    break
        if interval:
            since = name.text == "since"
            return Published(interval[0] if since else None, None if since else interval[1])
        self._note(name, _("لم يُفهم التاريخ: اكتبه هكذا: من:2024 أو من:2024-11 أو من:2024-11-06. عُد كلمات."))
        self.index = first
        typed = self._one() if self.index < len(self.tokens) and not self._peek("or", "close", "near") else None
        return _all_of([*_as_words(self.text, name), *([typed] if typed else [])])

    def _peek(self, *kinds: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].kind in kinds

    def _note(self, token: _Token, message: str) -> None:
        if all(note.message != message for note in self.notes):
            self.notes.append(Note(token.position, message))


# Signs that are words where no operator can stand, as in a phrase.
_WORDS = {"word", "prefix", "or", "and", "near", "field", "date"}


def _as_words(text: str, token: _Token) -> list[Term]:
    """The words of a sign that is read as text after all; a field's name is read from where it stands."""
    if token.kind in {"word", "prefix"}:
        return [Term(token.text, prefix=token.kind == "prefix")]
    written = re.split(r"\s", text[: token.end].rstrip(" :："))[-1] if token.kind == "field" else token.text
    return [Term(match[0]) for match in WORD.finditer(written)]


def _are_words(tokens: list[_Token]) -> bool:
    return bool(tokens) and all(token.kind == "word" for token in tokens)


def _interval(text: str) -> tuple[date, date] | None:
    """First and last day of the one date that `text` says, or None."""
    if match := _YEAR_AND_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        if EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return None
    if re.fullmatch(r"[0-9]{4}", text):
        return (date(int(text), 1, 1), date(int(text), 12, 31)) if EARLIEST_YEAR <= int(text) <= LATEST_YEAR else None
    found = find_dates(text)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))
    return found[0].interval if whole else None


def _has_fields(node: Node) -> bool:
    match node:
        case Field() | Published() | Title() | Near():
            return True
        case Not(part):
            return _has_fields(part)
        case And(parts) | Or(parts):
            return any(_has_fields(part) for part in parts)
    return False


def _all_of(parts: list[Node]) -> Node | None:
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return And(flat) if len(flat) > 1 else flat[0] if flat else None
