"""Parses the query language: what a reader types becomes a small tree of values, independent of any database.

    «عبارة كاملة»  "phrase"  “phrase”      words side by side
    كلمة كلمة                              all of them
    أو   OR   |                            either
    -كلمة   NOT                            without
    إره*                                   words that begin so
    كلمة NEAR كلمة   NEAR/3                within 5 words of one another, or 3; in either order
    العنوان:كلمة                           in the title
    الفاعل:اسم   الحدث:اسم   المصدر:اسم     articles that name, report or come from what is named so
    من:2024-11   إلى:«نوفمبر 2024»         published then at the earliest, at the latest
    (…)                                    grouping

Nothing that a person types is an error. What cannot be read as an operator is read as words, and a note says so and
where.
"""

import calendar
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from articles.arabic.characters import with_ascii_digits
from articles.arabic.dates import EARLIEST_YEAR, LATEST_YEAR, find_dates
from articles.arabic.folding import fold_letters
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import WORD

# Longer queries cost the database more than any reader gains. A query is cut after MOST_WORDS words (function words do
# not count) or LONGEST_QUERY code points, and a note says so. With fewer words, pasted sentences found less.
MOST_WORDS = 32
LONGEST_QUERY = 1000
# Groups in brackets are read one within the other up to this depth; deeper brackets are ignored, and a note says so. A
# judgement: nobody needs more than three or four, and each level is a call within a call in every step of a search.
DEEPEST_NESTING = 12
# A prefix of one letter would find too much: half of all words begin with one of a few letters.
SHORTEST_PREFIX = 2
# A query of more words than this (function words do not count) is taken for a pasted sentence: its «أو» and its dashes
# are text. OR, | and NOT remain operators. A judgement: a larger number reads the «أو» of a pasted sentence as an
# operator, a smaller one that of a long query as text.
SENTENCE = 8
# The distance of NEAR without a number, and the greatest distance, in words. Each word of distance adds two
# alternatives to the tsquery. Judgements: five words are within a phrase, twenty within a sentence.
USUAL_DISTANCE, FARTHEST = 5, 20

# Maps every spelling of a field's name, folded, to the field.
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
    """One word.

    text: the word as typed.
    prefix: whether it stands for every word that begins with it.
    """

    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words side by side, in order.

    terms: the words.
    """

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class And:
    """What meets all of several conditions.

    parts: the conditions.
    """

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    """What meets at least one of several conditions.

    parts: the conditions.
    """

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """Articles that do not meet a condition.

    part: the condition.
    """

    part: "Node"


@dataclass(frozen=True)
class Near:
    """Two words or phrases close to one another, in either order.

    first: the one that was typed first.
    second: the other one.
    distance: the greatest distance between them, in words.
    """

    first: Term | Phrase
    second: Term | Phrase
    distance: int


@dataclass(frozen=True)
class Title:
    """Words in the title.

    part: the words. It consists of terms and phrases, and And, Or and Not of them.
    """

    part: "Node"


@dataclass(frozen=True)
class Field:
    """Articles that name an actor, report an event or come from a source.

    name: "actor", "event" or "source".
    text: the name as typed.
    position: where the name was typed, in code points.
    """

    name: str
    text: str
    position: int


@dataclass(frozen=True)
class Published:
    """Articles that may have been published in a period; one of its two bounds is None.

    first: the first day of the period.
    last: its last day.
    """

    first: date | None
    last: date | None


Node = Term | Phrase | And | Or | Not | Near | Title | Field | Published


@dataclass(frozen=True)
class QueryNote:
    """A remark for the reader on how the query was read.

    position: the place in the typed text, in code points, that the remark is about.
    message: the remark.
    """

    position: int
    message: str


@dataclass(frozen=True)
class ParsedQuery:
    """A query that has been read.

    text: the typed text, cut to LONGEST_QUERY code points.
    tree: the query's tree; None where nothing remains to look for.
    notes: remarks on how the query was read.
    """

    text: str
    tree: Node | None
    notes: tuple[QueryNote, ...] = ()


@dataclass(frozen=True)
class _Token:
    """A sign of the query language.

    kind: the group of _TOKEN that matched, or "field", "date" or "prefix".
    text: the sign's text; the name of the field for a field.
    position: where the sign begins in the typed text, in code points.
    end: where the sign ends in the normalised text, in code points.
    """

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
    r"|(?P<not>(?<![^\s(])[-–−!](?=[^\s-])|\bNOT\b(?=\s+\S))"
    rf"|(?P<word>(?:{WORD.pattern}))(?:(?P<star>\*)|(?P<colon>[:：] ?(?=[^\s:])))?"
)
# A day, month or year in digits, as from:, since: and their Arabic names take them. One or two digits are no date by
# themselves: they may be the day of «6 نوفمبر 2024».
_DIGITS_DATE = re.compile(r"(?![0-9]{1,2}(?![0-9/.-]))[0-9]{1,4}(?:[-/.][0-9]{1,2}(?:[-/.][0-9]{1,4})?)?(?![0-9])")
_YEAR_AND_MONTH = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})")


def parse(text: str) -> ParsedQuery:
    """Parses a typed query. It never raises: unknown signs are skipped, open quotes and brackets closed at the end."""
    notes: list[QueryNote] = []
    if len(text) > LONGEST_QUERY:
        notes.append(
            QueryNote(LONGEST_QUERY, _("الاستعلام طويل؛ بُحث في أول %(count)s حرف منه.") % {"count": LONGEST_QUERY})
        )
        text = text[:LONGEST_QUERY]
    read, origins = _normalised(text)
    tokens = _as_a_sentence(_within_bounds(_tokens(read, origins), notes), notes)
    tree = _Parser(read, tokens, notes).query()
    if tree is not None and not _asks_for_something(tree):
        notes.append(QueryNote(0, _("الاستبعاد وحده لا يكفي: اكتب كلمة تبحث عنها مع ما تستبعده.")))
        tree = None
    return ParsedQuery(text, tree, tuple(notes))


def _normalised(text: str) -> tuple[str, list[int]]:
    """Returns `text` with plain digits and compatibility characters, and the typed position of each code point."""
    read: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(with_ascii_digits(text.replace("\x00", " "))):
        plain = unicodedata.normalize("NFKC", character)
        read.append(plain)
        origins += [position] * len(plain)
    return "".join(read), origins


def terms_of(node: Node | None, *, negated: bool = False) -> list[Term]:
    """Returns the terms that a result should hold, in order; terms under a Not are included only with `negated`."""
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
    """Returns whether a query consists of words alone, without any operator."""
    match node:
        case Term():
            return True
        case And(parts):
            return all(isinstance(part, Term) for part in parts)
    return False


def _asks_for_something(node: Node) -> bool:
    """Returns whether a node requires something, and does not only exclude."""
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
    """Cuts a normalised text into the signs of the query language; skips everything else.

    `origins` has the typed position of each code point of `text`. A date in digits after since: or until: is one token,
    because as words it would come apart.
    """
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


def _within_bounds(tokens: list[_Token], notes: list[QueryNote]) -> list[_Token]:
    """Returns the tokens before the one that exceeds MOST_WORDS content words, and adds a note if any is cut off."""
    seen = 0
    for index, token in enumerate(tokens):
        seen += _is_content(token)
        if seen > MOST_WORDS:
            notes.append(
                QueryNote(token.position, _("الاستعلام طويل؛ بُحث عن أول %(count)s كلمة منه.") % {"count": MOST_WORDS})
            )
            return tokens[:index]
    return tokens


def _is_content(token: _Token) -> bool:
    return token.kind in {"word", "prefix"} and not is_stop_word(token.text)


def _as_a_sentence(tokens: list[_Token], notes: list[QueryNote]) -> list[_Token]:
    """Returns the tokens; where they are many enough for a sentence, «أو» becomes a word and dashes are dropped."""
    if sum(map(_is_content, tokens)) <= SENTENCE:
        return tokens
    either = [token for token in tokens if token.kind == "or" and token.text in _EITHER_AS_A_WORD]
    dashes = [token for token in tokens if token.kind == "not" and token.text != "NOT"]
    if not either and not dashes:
        return tokens
    first = min(token.position for token in (*either, *dashes))
    notes.append(
        QueryNote(first, _("قُرئ الاستعلام كجملة: عُدت «أو» والشرطات من نصها. للاختيار اكتب OR وللاستبعاد NOT."))
    )
    return [replace(token, kind="word") if token in either else token for token in tokens if token not in dashes]


class _Parser:
    """Recursive descent over the tokens: or-expressions of and-expressions of (negated) words, phrases and groups."""

    def __init__(self, text: str, tokens: list[_Token], notes: list[QueryNote]) -> None:
        self.text = text
        self.tokens = tokens
        self.notes = notes
        self.index = 0
        self.depth = 0

    def query(self) -> Node | None:
        """Returns the tree of the whole query; None where nothing remains to look for."""
        parts: list[Node] = []
        while self.index < len(self.tokens):
            if node := self._either():
                parts.append(node)
            if self._peek("close"):
                self._note(self.tokens[self.index], _("قوس إغلاق بلا قوس فتح؛ تُجوهل."))
                self.index += 1
        return _all_of(parts)

    def _either(self) -> Node | None:
        """Reads alternatives joined by OR."""
        parts = [self._all()]
        while self._peek("or"):
            self.index += 1
            parts.append(self._all())
        alternatives = tuple(part for part in parts if part is not None)
        return Or(alternatives) if len(alternatives) > 1 else alternatives[0] if alternatives else None

    def _all(self) -> Node | None:
        """Reads parts that all have to match, up to an OR or a closing bracket."""
        parts: list[Node] = []
        while self.index < len(self.tokens) and not self._peek("or") and not self._peek("close"):
            if node := self._near():
                parts.append(node)
        return _all_of(parts)

    def _near(self) -> Node | None:
        """Reads an operand, or operands joined by NEAR; each two neighbours become a Near."""
        first = self._operand()
        pairs: list[Node] = []
        while self._peek("near"):
            sign = self.tokens[self.index]
            self.index += 1
            second = (
                self._operand() if self.index < len(self.tokens) and not self._peek("or", "close", "near") else None
            )
            if not isinstance(first, Term | Phrase) or not isinstance(second, Term | Phrase):
                self._note(sign, _("تصل NEAR بين كلمتين أو عبارتين؛ بُحث عما حولها بلا شرط القرب."))
                pairs += [part for part in (first, second) if part is not None and part not in pairs]
            else:
                pairs.append(Near(first, second, self._distance(sign)))
            first = second
        return _all_of(pairs) if pairs else first

    def _distance(self, sign: _Token) -> int:
        """Returns the distance of a NEAR sign in words, brought within 1 and FARTHEST."""
        number = sign.text.partition("/")[2]
        word_count = int(number) if number else USUAL_DISTANCE
        if not 1 <= word_count <= FARTHEST:
            self._note(sign, _("المسافة بين 1 و%(count)s كلمة.") % {"count": FARTHEST})
        return min(max(word_count, 1), FARTHEST)

    def _operand(self) -> Node | None:
        """Reads one operand: a word, phrase, group or field, perhaps excluded; None where the next sign begins none."""
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
                node = self._operand()
                return Not(node) if node else None
        return None

    def _phrase(self, opening: _Token) -> Node | None:
        """Reads a phrase after its opening quote; a phrase of one word is a term."""
        terms = []
        while self.index < len(self.tokens) and not self._peek("quote"):
            terms += _as_words(self.text, self.tokens[self.index])
            self.index += 1
        if self._peek("quote"):
            self.index += 1
        else:
            self._note(opening, _("علامة تنصيص لم تُغلق؛ عُدت العبارة إلى آخر الاستعلام."))
        if len(terms) == 1:
            return terms[0]
        return Phrase(tuple(terms)) if terms else None

    def _group(self, opening: _Token) -> Node | None:
        """Reads a group after its opening bracket; None where groups are nested deeper than DEEPEST_NESTING."""
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
        """Reads the value of a field after its name."""
        if name.text in {"since", "until"}:
            return self._published(name)
        if not self._peek("word", "prefix", "quote", "open"):
            self._note(name, _("لا شيء بعد اسم الحقل؛ عُد كلمة من الكلمات."))
            return _all_of(_as_words(self.text, name))
        value = self.tokens[self.index]
        part = self._operand()
        if part is None or name.text == "title":
            return Title(part) if part and not _has_fields(part) else part
        words = [term.text for term in terms_of(part)]
        return Field(name.text, " ".join(words), value.position) if words else None

    def _published(self, name: _Token) -> Node | None:
        """Reads the value of من: or إلى:, a day, month or year: digits, a phrase, or up to three words."""
        first = self.index
        if self._peek("date"):
            self.index += 1
            interval = _interval(self.tokens[first].text)
        elif self._peek("quote"):
            self.index += 1
            part = self._phrase(self.tokens[first])
            interval = _interval(" ".join(term.text for term in terms_of(part)))
        else:
            # A date of one word is a token of its own.
            for length in (3, 2):
                tokens_of_date = self.tokens[first : first + length]
                interval = (
                    _interval(" ".join(token.text for token in tokens_of_date)) if _are_words(tokens_of_date) else None
                )
                if interval:
                    self.index = first + length
                    break
        if interval:
            since = name.text == "since"
            return Published(interval[0] if since else None, None if since else interval[1])
        self._note(name, _("لم يُفهم التاريخ: اكتبه هكذا: من:2024 أو من:2024-11 أو من:2024-11-06. عُد كلمات."))
        self.index = first
        typed = self._operand() if self.index < len(self.tokens) and not self._peek("or", "close", "near") else None
        return _all_of([*_as_words(self.text, name), *([typed] if typed else [])])

    def _peek(self, *kinds: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].kind in kinds

    def _note(self, token: _Token, message: str) -> None:
        if all(note.message != message for note in self.notes):
            self.notes.append(QueryNote(token.position, message))


def _as_words(text: str, token: _Token) -> list[Term]:
    """Returns the words of a sign that is read as text; none for a bracket or dash.

    The name of a field is taken from `text` as it was typed.
    """
    if token.kind in {"word", "prefix"}:
        return [Term(token.text, prefix=token.kind == "prefix")]
    written = re.split(r"\s", text[: token.end].rstrip(" :："))[-1] if token.kind == "field" else token.text
    return [Term(match[0]) for match in WORD.finditer(written)]


def _are_words(tokens: list[_Token]) -> bool:
    return bool(tokens) and all(token.kind == "word" for token in tokens)


def _interval(text: str) -> tuple[date, date] | None:
    """Returns the first and last day of the date that `text` consists of; None where it is anything else."""
    if match := _YEAR_AND_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        if EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return None
    if re.fullmatch(r"[0-9]{4}", text):
        return (date(int(text), 1, 1), date(int(text), 12, 31)) if EARLIEST_YEAR <= int(text) <= LATEST_YEAR else None
    dates = find_dates(text)
    whole = len(dates) == 1 and (dates[0].start, dates[0].end) == (0, len(text))
    return dates[0].interval if whole else None


def _has_fields(node: Node) -> bool:
    """Returns whether a node contains a field, a title or a NEAR, none of which can stand within a title."""
    match node:
        case Field() | Published() | Title() | Near():
            return True
        case Not(part):
            return _has_fields(part)
        case And(parts) | Or(parts):
            return any(_has_fields(part) for part in parts)
    return False


def _all_of(parts: Sequence[Node]) -> Node | None:
    """Returns the conjunction of nodes, nested ones flattened; a lone node as it is, and None if there is none."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return And(flat) if len(flat) > 1 else flat[0] if flat else None
