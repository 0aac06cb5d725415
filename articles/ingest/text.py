"""Reads scraped news text: separates title, section, date and author lines, pull quotes and furniture from the article.

Called by articles/ingest/prepare.py. Pure: text in, a Document out. Every line that is not the article's own text is
kept in `set_aside`.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from math import ceil

from articles.arabic.characters import ARABIC_LETTERS, OTHER_LETTERS, strip_ignored
from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_name, fold_word
from articles.arabic.words import WORD, sentences, words
from articles.extract.dates import StatedDate, as_archive_date, date_of_line
from articles.ingest.boilerplate import is_label, opens_comment_form
from articles.ingest.decoding import plain
from articles.ingest.document import Document, SetAside, UnreadableError
from articles.models import TitleOrigin
from articles.models.uncertain_date import ArchiveDate

# In words, all judgements on the headings of Arabic news. A heading is shorter than a paragraph: a larger value takes
# short first paragraphs for titles, a smaller one long titles for text. Of two or fewer words only a section's name is
# made.
LONGEST_TITLE = 30
SHORTEST_TITLE = 3
LONGEST_SECTION = 3
# A title made from the first sentence fits two lines of a list; a longer sentence is cut at a clause.
LONGEST_MADE_TITLE = 14
# In code points: the part of a sentence in which a clause for a made title is searched. Fourteen words are far shorter.
# A «sentence» without a full stop may be as long as the text, and each comma would be tried.
_LONGEST_CLAUSE = 1000
# In words. A shorter clause («انطلقت، الأحد 11 ماي،») says too little to head an article. A judgement.
SHORTEST_MADE_TITLE = 7
# In words: a sentence of the article that is set in large letters between its paragraphs. A judgement: fewer words are
# a subheading, more are a paragraph.
LONGEST_PULL_QUOTE = 45
SHORTEST_PULL_QUOTE = 5
# The share of a pull quote's words that stand in one paragraph; the desk rewrites a word or two.
PULL_QUOTE_SHARE = 0.8
# A possible pull quote is compared with at most this many paragraphs. In no article do more paragraphs share a rare
# word with such a line.
_MOST_QUOTED = 100
# Only the first lines can be heading lines: an article's text starts soon. A judgement: title, subtitle, section, date,
# author, agency and some buttons stand above it.
HEADING_LINES = 12
# In words. A line above a page's title that is no longer is the name of the paper or of a section. A judgement.
_LONGEST_BANNER = 6
# The share of a wrapped text's lines that end mid-sentence at the column's edge. A judgement: the last lines of
# paragraphs are the exceptions. A smaller value joins the paragraphs of a text that is not wrapped.
_WRAPPED_SHARE = 0.8
# In code points: the beginning of a text from which its language is detected. A judgement: more letters of the same
# text decide alike.
_TELLING_LENGTH = 1000

_SENTENCE_END = re.compile(r"[.؟?!…:؛،][»”\"')\]]*$")
_FULL_STOP = re.compile(r"[.…][»”\"')\]]*$")
_AUTHOR = re.compile(
    r"^(?:بقلم|كتب(?:ت|ه)?|إعداد|اعداد|تحرير|حاوره|حاورته|أعده|مراسلة|متابعة)\s*[:/–-]?\s*(?P<name>[^.،؛]{3,60})$"
)
_SOURCE_LINE = re.compile(r"^(?:(?:المصدر|مصدر الخبر|نقلا عن)(?:\s*[:：]\s*|\s+)|عن\s*[:：]\s*)(?P<name>.{2,60})$")
# «و م ع», «أ.ف.ب», «(د ب أ)»: separate letters. _BRACKETED_MARK matches a short word in slashes or brackets, like
# «/ومع/».
_SPACED_LETTERS = re.compile(
    rf"^[(/\[\s-]*(?P<mark>[{ARABIC_LETTERS}](?:[ .\u0640]+[{ARABIC_LETTERS}]){{1,3}})[.\s]*[)/\]\s-]*$"
)
# «القاهرة - أ ش أ» on a line of its own: a place and an agency's mark.
_PLACE_AND_MARK = re.compile(
    rf"^[^.،؛:\d/–—-]{{2,30}}[-–—/]\s*(?P<mark>[{ARABIC_LETTERS}](?:[ .\u0640]+[{ARABIC_LETTERS}]){{1,3}})[.\s/)]*$"
)
_BRACKETED_MARK = re.compile(r"^[(/\[]\s*(?P<mark>[^()/\[\]]{2,30})\s*[)/\]]$")
# At the head of the first paragraph: «الرباط 6 نونبر 2024 (ومع) - …», «واشنطن – أ ف ب:».
_DATELINE = re.compile(r"^(?P<place>[^.،؛:\n]{2,60}?)[\s،]*[(/](?P<mark>[^()/]{2,30})[)/]\s*[-–—:ـ]+\s")
_DATELINE_DASHED = re.compile(r"^(?P<place>[^.،؛:\n()/–—-]{2,30})\s*[-–—]\s*(?P<mark>[^.،؛:\n()/–—-]{2,25})\s*[-–—:]\s")


@dataclass(frozen=True)
class Line:
    """A line of a plain text.

    number: its place in the file, from 1.
    text: its characters, without the line end.
    """

    number: int
    text: str

    @property
    def length(self) -> int:
        """Returns the number of words between spaces."""
        return len(self.text.split())


def read_text(text: str, title: str = "", *, whole_paragraphs: bool = False) -> Document:
    """Returns the article in a scraped text.

    `title` is the title that its page declares; if it is empty, the title is searched in the text. With
    `whole_paragraphs` every line is a paragraph, as in the text of a page; otherwise lines that a narrow column broke
    are joined. Raises UnreadableError if no article text remains.
    """
    lines = _lines(plain(text), whole_paragraphs)
    aside: list[SetAside] = []
    lines = _without_furniture(lines, aside)
    heading, paragraphs = _split_heading(lines)
    read = _Heading(heading, paragraphs, aside, title)
    paragraphs, marks = _without_source_lines(read.paragraphs, aside)
    paragraphs, author = _without_author(paragraphs, aside, read.author)
    paragraphs = _without_repeats(paragraphs, read.title, aside)
    dates = [*read.dates, *_closing_date(paragraphs, aside)]
    body = "\n\n".join(line.text for line in paragraphs)
    if not WORD.search(body):
        raise UnreadableError("no article text: nothing remains beside headings and page furniture")
    date_in_lead, lead_marks = _dateline(body)
    title, origin = (read.title, TitleOrigin.STATED) if read.title else (made_title(body), TitleOrigin.MADE)
    return Document(
        title=title,
        title_origin=origin,
        body=body,
        author=author,
        section=read.section,
        marks=(*marks, *read.marks, *lead_marks),
        dates=(*dates, *date_in_lead),
        language=language_of(body),
        set_aside=tuple(sorted(aside, key=lambda line: line.line)),
    )


def made_title(body: str) -> str:
    """Returns a title for a text without one: its first sentence, which is cut at a comma or else at a word if it is
    too long.
    """
    start, end = next((start, end) for start, end in sentences(body) if words(body[start:end]))
    sentence = body[start:end].strip().strip(".؛:،")
    if len(sentence.split()) <= LONGEST_MADE_TITLE:
        return sentence
    cut = ""
    # No title is longer than _LONGEST_CLAUSE, and a sentence can be as long as the text.
    for match in re.finditer(r"[،؛:]|\s[–—-]\s", sentence[:_LONGEST_CLAUSE]):
        clause = sentence[: match.start()].strip()
        if SHORTEST_MADE_TITLE <= len(clause.split()) <= LONGEST_MADE_TITLE:
            cut = clause
    return cut or " ".join(sentence.split()[: LONGEST_MADE_TITLE - 2]) + " …"


# Lines


def _lines(text: str, whole_paragraphs: bool) -> list[Line]:
    """Returns the non-empty lines; lines that a narrow column broke are joined to paragraphs, unless
    `whole_paragraphs`.
    """
    blocks: list[list[Line]] = [[]]
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            blocks[-1].append(Line(number, line))
        elif blocks[-1]:
            blocks.append([])
    lines = [line for block in blocks for line in block]
    if not lines:
        raise UnreadableError("the file is empty")
    if whole_paragraphs or not _is_wrapped([block for block in blocks if len(block) > 1]):
        return lines
    return [Line(block[0].number, " ".join(line.text for line in block)) for block in blocks if block]


def _is_wrapped(blocks: Sequence[Sequence[Line]]) -> bool:
    """Returns whether lines end at the edge of a column.

    In blocks of several lines, nearly all lines but the last then stop mid-sentence, and the first word of the next
    line did not fit.
    """
    line_pairs = [(line.text, next_line.text) for block in blocks for line, next_line in pairwise(block)]
    if len(line_pairs) < 3:
        return False
    lengths = sorted(len(text) for text, _ in line_pairs)
    open_ended = sum(not _FULL_STOP.search(text) for text, _ in line_pairs)
    filled = sum(len(text) + 1 + len(next_line.split(maxsplit=1)[0]) > lengths[-1] for text, next_line in line_pairs)
    needed = _WRAPPED_SHARE * len(line_pairs)
    return open_ended >= needed and filled >= needed and lengths[len(lengths) // 2] >= 30 and lengths[-1] <= 140


def _without_furniture(lines: Sequence[Line], aside: list[SetAside]) -> list[Line]:
    """Returns the lines without page furniture, which it appends to `aside`: labels and comment forms.

    A comment form that opens after a paragraph goes on to the end of the text. Before any paragraph, only its heading
    is set aside.
    """
    article_lines: list[Line] = []
    in_form = False
    for line in lines:
        opens_form = not in_form and opens_comment_form(line.text)
        in_form = in_form or (opens_form and any(_is_paragraph(article_line) for article_line in article_lines))
        if in_form or opens_form or is_label(line.text):
            aside.append(SetAside(line.number, "furniture", line.text))
        else:
            article_lines.append(line)
    return article_lines


def _is_paragraph(line: Line) -> bool:
    """Returns whether a line is running text: it ends like a sentence, or is longer than a heading."""
    if line.length > LONGEST_TITLE:
        return True
    inner_stop = re.search(r"[.؟!]\s+\S+\s+\S+", line.text)
    return line.length > LONGEST_SECTION and bool(_FULL_STOP.search(line.text) or (inner_stop and line.length > 15))


# The heading


def _split_heading(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Returns (heading lines, the other lines). The heading ends before the first paragraph."""
    for index, line in enumerate(lines[:HEADING_LINES]):
        if _is_paragraph(line) and not _repeats_next(lines, index):
            return list(lines[:index]), list(lines[index:])
    # No line is a paragraph. The first line is the title if its length allows, and the others are the text.
    if len(lines) > 1 and SHORTEST_TITLE <= lines[0].length <= LONGEST_TITLE:
        return [lines[0]], list(lines[1:])
    return [], list(lines)


def _repeats_next(lines: Sequence[Line], index: int) -> bool:
    """Returns whether the next line repeats this one: a title that ends in a full stop is recognised by its repetition."""
    return (
        index + 1 < len(lines)
        and lines[index].length <= LONGEST_TITLE
        and _have_same_words(lines[index], lines[index + 1])
    )


def _have_same_words(line: Line, other_line: Line) -> bool:
    return fold_name(strip_ignored(line.text)) == fold_name(strip_ignored(other_line.text))


class _Heading:
    """Sorts the lines before the first paragraph into title, section, author, dates and marks.

    Other lines go back to the text, in `paragraphs`. `declared` is the title that the page declares; it may be empty.
    """

    def __init__(
        self, heading: Sequence[Line], paragraphs: Sequence[Line], aside: list[SetAside], declared: str
    ) -> None:
        self.title, self.section, self.author = declared, "", ""
        self.dates: list[StatedDate] = []
        self.marks: list[str] = []
        self._aside = aside
        heading_lines: list[Line] = []
        for line in heading:
            if not self._is_label_line(line):
                heading_lines.append(line)
        if declared:
            self.paragraphs = [*self._without_title(heading_lines), *paragraphs]
            return
        title = self._title_among(heading_lines)
        text_lines: list[Line] = []
        for line in heading_lines:
            if title is None:
                text_lines.append(line)
            elif line is title:
                self.title = line.text.rstrip(".") if line.text.count(".") == 1 else line.text
            elif _have_same_words(line, title):
                self._set_aside(line, "repeated title")
            elif line.number < title.number and line.length <= LONGEST_SECTION + 1 and not self.section:
                self.section = line.text.strip(" :|/»>")
                self._set_aside(line, "section")
            elif line.length <= 1 or (line.number < title.number and line.length <= LONGEST_SECTION):
                self._set_aside(line, "heading line")
            else:
                text_lines.append(line)
        self.paragraphs = [*text_lines, *paragraphs]

    def _without_title(self, heading_lines: Sequence[Line]) -> list[Line]:
        """Sets aside lines that repeat the declared title, and short lines above them; returns the other lines."""
        declared = Line(0, self.title)
        repeats = [line for line in heading_lines if _have_same_words(line, declared)]
        text_lines = []
        for line in heading_lines:
            if line in repeats:
                self._set_aside(line, "repeated title")
            elif repeats and line.number < repeats[-1].number and line.length <= _LONGEST_BANNER:
                self._set_aside(line, "heading line")
            else:
                text_lines.append(line)
        return text_lines

    def _set_aside(self, line: Line, kind: str) -> None:
        self._aside.append(SetAside(line.number, kind, line.text))

    def _is_label_line(self, line: Line) -> bool:
        """Returns whether a line of the heading is a date, an author, or the mark or name of a source.

        Takes that value from the line, and sets the line aside. Of several authors the first counts.
        """
        expression = date_of_line(line.text)
        if expression:
            self.dates.append(_stated_date("heading", line.text, expression))
            self._set_aside(line, "date")
        elif author := _AUTHOR.match(line.text):
            self.author = self.author or author["name"].strip()
            self._set_aside(line, "author")
        elif mark := _mark_of(line):
            self.marks.append(mark)
            self._set_aside(line, "source")
        return expression is not None or author is not None or bool(mark)

    @staticmethod
    def _title_among(heading_lines: Sequence[Line]) -> Line | None:
        """Returns the line that occurs twice, else the first line longer than a section's name, else the longest; None
        if all are too short.
        """
        for index, line in enumerate(heading_lines):
            if line.length >= SHORTEST_TITLE and any(
                _have_same_words(line, later_line) for later_line in heading_lines[index + 1 :]
            ):
                return line
        long_enough = [line for line in heading_lines if line.length > LONGEST_SECTION]
        if long_enough:
            return long_enough[0]
        return max((line for line in heading_lines if line.length >= 2), key=lambda line: line.length, default=None)


def _mark_of(line: Line) -> str:
    """Returns the agency mark or source name that a short line consists of, else an empty string."""
    if line.length > 7:
        return ""
    patterns = ((_SPACED_LETTERS, "mark"), (_PLACE_AND_MARK, "mark"), (_BRACKETED_MARK, "mark"), (_SOURCE_LINE, "name"))
    for pattern, group in patterns:
        if match := pattern.match(line.text):
            return match[group].strip()
    return ""


# The text


def _without_source_lines(paragraphs: Sequence[Line], aside: list[SetAside]) -> tuple[list[Line], list[str]]:
    """Sets aside trailing lines that name the source («و م ع», «المصدر: وكالات»); returns (the other lines, the marks)."""
    text_lines = list(paragraphs)
    marks: list[str] = []
    while len(text_lines) > 1 and (mark := _mark_of(text_lines[-1])):
        marks.append(mark)
        aside.append(SetAside(text_lines[-1].number, "source", text_lines.pop().text))
    # «…في هذا الإطار. (و م ع)»: a mark at the end of the last paragraph stays in the text.
    ending = (
        re.search(r"[.\s](?P<mark>[(/\[][^()/\[\]]{2,20}[)/\]])\s*[.]?$", text_lines[-1].text) if text_lines else None
    )
    if ending:
        marks.append(ending["mark"].strip("()/[] "))
    return text_lines, marks


def _without_author(paragraphs: Sequence[Line], aside: list[SetAside], author: str) -> tuple[list[Line], str]:
    if not author and len(paragraphs) > 1 and (match := _AUTHOR.match(paragraphs[-1].text)):
        aside.append(SetAside(paragraphs[-1].number, "author", paragraphs[-1].text))
        return list(paragraphs[:-1]), match["name"].strip()
    return list(paragraphs), author


def _closing_date(paragraphs: list[Line], aside: list[SetAside]) -> list[StatedDate]:
    if len(paragraphs) > 1 and (expression := date_of_line(paragraphs[-1].text)):
        line = paragraphs.pop()
        aside.append(SetAside(line.number, "date", line.text))
        return [_stated_date("closing line", line.text, expression)]
    return []


def _stated_date(where: str, quote: str, expression: DateExpression) -> StatedDate:
    return StatedDate(where, quote, as_archive_date(expression) or ArchiveDate.unknown())


def _without_repeats(paragraphs: Sequence[Line], title: str, aside: list[SetAside]) -> list[Line]:
    """Sets aside repetitions of the title, repeated paragraphs and pull quotes; returns the other lines."""
    text_lines: list[Line] = []
    folded_title = fold_name(title.rstrip("."))
    seen_lines = {folded_title} if title else set()
    quotes = _Quotes(paragraphs)
    for index, line in enumerate(paragraphs):
        folded_line = fold_name(line.text.rstrip("."))
        if folded_line in seen_lines:
            aside.append(
                SetAside(line.number, "repeated title" if folded_line == folded_title else "repeated", line.text)
            )
        elif quotes.is_pull_quote(index):
            aside.append(SetAside(line.number, "pull quote", line.text))
        else:
            seen_lines.add(folded_line)
            text_lines.append(line)
    return text_lines


class _Quotes:
    """Finds pull quotes: short paragraphs most of whose words stand in a longer paragraph.

    The quoted paragraph may lack only a few of the quote's words. So among any larger number of these words it has at
    least one. The class compares only paragraphs that have one of the quote's rarest words, so that the work is linear
    in the text.
    """

    def __init__(self, paragraphs: Sequence[Line]) -> None:
        self._may_quote = [_may_be_pull_quote(line) for line in paragraphs]
        self._stems: list[frozenset[str]] = []
        # Stem → indexes of the paragraphs that have it.
        self._holders: dict[str, list[int]] = defaultdict(list)
        if any(self._may_quote):
            for index, line in enumerate(paragraphs):
                stems = frozenset(fold_word(word.folded) for word in words(line.text))
                self._stems.append(stems)
                for stem in stems:
                    self._holders[stem].append(index)

    def is_pull_quote(self, index: int) -> bool:
        """Returns whether the paragraph at `index` is a pull quote."""
        if not self._may_quote[index]:
            return False
        stems = self._stems[index]
        if not stems:
            return bool(self._holders)
        needed = ceil(PULL_QUOTE_SHARE * len(stems))
        rarest = sorted(stems, key=lambda stem: len(self._holders[stem]))[: len(stems) - needed + 1]
        holders = dict.fromkeys(chain.from_iterable(self._holders[stem][: _MOST_QUOTED + 1] for stem in rarest))
        stem_sets = (self._stems[holder] for holder in islice(holders, _MOST_QUOTED + 1) if holder != index)
        return any(len(other_stems) > len(stems) and len(stems & other_stems) >= needed for other_stems in stem_sets)


def _may_be_pull_quote(line: Line) -> bool:
    return SHORTEST_PULL_QUOTE <= line.length <= LONGEST_PULL_QUOTE and not _SENTENCE_END.search(line.text)


def _dateline(body: str) -> tuple[list[StatedDate], list[str]]:
    """Returns (the dates, the marks) of the dateline, at most one of each. Both stay in the text."""
    match = _DATELINE.match(body) or _DATELINE_DASHED.match(body)
    if not match:
        return [], []
    expressions = [expression for expression in find_dates(match[0]) if as_archive_date(expression) and expression.day]
    return [_stated_date("dateline", match[0].strip(), expression) for expression in expressions[:1]], [
        match["mark"].strip()
    ]


def language_of(body: str) -> str:
    """Returns the language of a text by its letters: «ar», or «und» (undetermined) for any other."""
    beginning = body[:_TELLING_LENGTH]
    arabic = len(re.findall(f"[{ARABIC_LETTERS}]", beginning))
    latin = len(re.findall(f"[{OTHER_LETTERS}]", beginning))
    return "ar" if arabic >= latin else "und"
