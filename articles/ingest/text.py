"""Reads scraped news text: tells title, section, date and author lines, pull quotes and page furniture from the article.

Pure: text in, a Document out. Every line that is not the article's own text is kept in `set_aside`, none is lost.
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

# In words. A heading is shorter than a paragraph; a section's name shorter than a heading.
LONGEST_TITLE = 30
SHORTEST_TITLE = 3
LONGEST_SECTION = 3
LONGEST_MADE_TITLE = 14
# In code points, of a clause that a title is made of.
_LONGEST_CLAUSE = 1000
# A shorter clause («انطلقت، الأحد 11 ماي،») says too little to head an article.
SHORTEST_MADE_TITLE = 7
LONGEST_PULL_QUOTE = 45
SHORTEST_PULL_QUOTE = 5
# The share of a pull quote's words that stand in one paragraph; the desk rewrites a word or two.
PULL_QUOTE_SHARE = 0.8
# With how many paragraphs a line is compared that may quote one; more than this have a rare word of the line in common with
# it in no article.
_MOST_QUOTED = 100
# Only lines this near the top can be heading lines; an article's text starts soon.
HEADING_LINES = 12
# In words: what stands above a page's title and is shorter is the paper's name or a section's.
_LONGEST_BANNER = 6
# The share of a wrapped text's lines that end mid-sentence at the column's edge.
_WRAPPED_SHARE = 0.8
# In code points: how much of a text its language is told by.
_TELLING_LENGTH = 1000

_SENTENCE_END = re.compile(r"[.؟?!…:؛،][»”\"')\]]*$")
_FULL_STOP = re.compile(r"[.…][»”\"')\]]*$")
_AUTHOR = re.compile(
    r"^(?:بقلم|كتب(?:ت|ه)?|إعداد|اعداد|تحرير|حاوره|حاورته|أعده|مراسلة|متابعة)\s*[:/–-]?\s*(?P<name>[^.،؛]{3,60})$"
)
_SOURCE_LINE = re.compile(r"^(?:(?:المصدر|مصدر الخبر|نقلا عن)(?:\s*[:：]\s*|\s+)|عن\s*[:：]\s*)(?P<name>.{2,60})$")
# «و م ع», «أ.ف.ب», «(د ب أ)», «/ومع/»: letters apart, or one short word between slashes or brackets.
_SPACED_LETTERS = re.compile(
    rf"^[(/\[\s-]*(?P<mark>[{ARABIC_LETTERS}](?:[ .\u0640]+[{ARABIC_LETTERS}]){{1,3}})[.\s]*[)/\]\s-]*$"
)
# «القاهرة - أ ش أ» on a line of its own: where from, and whose.
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
        return len(self.text.split())


def read_text(text: str, title: str = "", *, whole_paragraphs: bool = False) -> Document:
    """The article in a scraped text, under the `title` that its page declares or the one it carries.

    `whole_paragraphs`: every line is a paragraph of the original, as those of a page are; else lines that a narrow column
    broke are joined again. Raises UnreadableError where no article text remains.
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
    """A heading for a text that has none: its first sentence, cut at a comma or else at a word."""
    start, end = next((start, end) for start, end in sentences(body) if words(body[start:end]))
    sentence = body[start:end].strip().strip(".؛:،")
    if len(sentence.split()) <= LONGEST_MADE_TITLE:
        return sentence
    cut = ""
    # No title is longer, and a sentence can go on for a whole text.
    for match in re.finditer(r"[،؛:]|\s[–—-]\s", sentence[:_LONGEST_CLAUSE]):
        clause = sentence[: match.start()].strip()
        if SHORTEST_MADE_TITLE <= len(clause.split()) <= LONGEST_MADE_TITLE:
            cut = clause
    return cut or " ".join(sentence.split()[: LONGEST_MADE_TITLE - 2]) + " …"


# Lines


def _lines(text: str, whole_paragraphs: bool) -> list[Line]:
    """The lines that hold something; those that a narrow column broke are joined to their paragraphs again."""
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
    """Whether lines end where a column ended.

    In blocks of several lines nearly all but the last stop mid-sentence, and the next line's first word found no room.
    """
    inner = [(line.text, after.text) for block in blocks for line, after in pairwise(block)]
    if len(inner) < 3:
        return False
    lengths = sorted(len(text) for text, _ in inner)
    open_ended = sum(not _FULL_STOP.search(text) for text, _ in inner)
    full = sum(len(text) + 1 + len(after.split(maxsplit=1)[0]) > lengths[-1] for text, after in inner)
    most = _WRAPPED_SHARE * len(inner)
    return open_ended >= most and full >= most and lengths[len(lengths) // 2] >= 30 and lengths[-1] <= 140


def _without_furniture(lines: Sequence[Line], aside: list[SetAside]) -> list[Line]:
    kept: list[Line] = []
    in_form = False
    for line in lines:
        opens_form = not in_form and opens_comment_form(line.text)
        in_form = in_form or (opens_form and any(_is_paragraph(before) for before in kept))
        if in_form or opens_form or is_label(line.text):
            aside.append(SetAside(line.number, "furniture", line.text))
        else:
            kept.append(line)
    return kept


def _is_paragraph(line: Line) -> bool:
    """Whether a line reads as running text: it ends as a sentence does, or is longer than a heading."""
    if line.length > LONGEST_TITLE:
        return True
    inner_stop = re.search(r"[.؟!]\s+\S+\s+\S+", line.text)
    return line.length > LONGEST_SECTION and bool(_FULL_STOP.search(line.text) or (inner_stop and line.length > 15))


# The heading


def _split_heading(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """(heading lines, the rest): the heading ends before the first paragraph."""
    for index, line in enumerate(lines[:HEADING_LINES]):
        if _is_paragraph(line) and not _repeats_next(lines, index):
            return list(lines[:index]), list(lines[index:])
    # No paragraph ends in a full stop: the first lines are taken as one title and the text after it.
    if len(lines) > 1 and SHORTEST_TITLE <= lines[0].length <= LONGEST_TITLE:
        return [lines[0]], list(lines[1:])
    return [], list(lines)


def _repeats_next(lines: Sequence[Line], index: int) -> bool:
    """A title that ends in a full stop gives itself away by standing twice."""
    return index + 1 < len(lines) and lines[index].length <= LONGEST_TITLE and _same(lines[index], lines[index + 1])


def _same(one: Line, other: Line) -> bool:
    return fold_name(strip_ignored(one.text)) == fold_name(strip_ignored(other.text))


class _Heading:
    """What the lines before the first paragraph are; those that are nothing else go back to the text."""

    def __init__(
        self, heading: Sequence[Line], paragraphs: Sequence[Line], aside: list[SetAside], declared: str
    ) -> None:
        self.title, self.section, self.author = declared, "", ""
        self.dates: list[StatedDate] = []
        self.marks: list[str] = []
        self._aside = aside
        candidates: list[Line] = []
        for line in heading:
            if not self._is_label_line(line):
                candidates.append(line)
        if declared:
            self.paragraphs = [*self._without_title(candidates), *paragraphs]
            return
        title = self._title_among(candidates)
        left: list[Line] = []
        for line in candidates:
            if title is None:
                left.append(line)
            elif line is title:
                self.title = line.text.rstrip(".") if line.text.count(".") == 1 else line.text
            elif _same(line, title):
                self._set_aside(line, "repeated title")
            elif line.number < title.number and line.length <= LONGEST_SECTION + 1 and not self.section:
                self.section = line.text.strip(" :|/»>")
                self._set_aside(line, "section")
            elif line.length <= 1 or (line.number < title.number and line.length <= LONGEST_SECTION):
                self._set_aside(line, "heading line")
            else:
                left.append(line)
        self.paragraphs = [*left, *paragraphs]

    def _without_title(self, candidates: Sequence[Line]) -> list[Line]:
        """The lines under a declared title that do not repeat it."""
        declared = Line(0, self.title)
        repeats = [line for line in candidates if _same(line, declared)]
        left = []
        for line in candidates:
            if line in repeats:
                self._set_aside(line, "repeated title")
            elif repeats and line.number < repeats[-1].number and line.length <= _LONGEST_BANNER:
                self._set_aside(line, "heading line")
            else:
                left.append(line)
        return left

    def _set_aside(self, line: Line, kind: str) -> None:
        self._aside.append(SetAside(line.number, kind, line.text))

    def _is_label_line(self, line: Line) -> bool:
        found = date_of_line(line.text)
        if found:
            self.dates.append(_stated("heading", line.text, found))
            self._set_aside(line, "date")
        elif author := _AUTHOR.match(line.text):
            self.author = self.author or author["name"].strip()
            self._set_aside(line, "author")
        elif mark := _mark_of(line):
            self.marks.append(mark)
            self._set_aside(line, "source")
        return found is not None or author is not None or bool(mark)

    @staticmethod
    def _title_among(candidates: Sequence[Line]) -> Line | None:
        """The line that stands twice, else the first line longer than a section's name, else the longest."""
        for index, line in enumerate(candidates):
            if line.length >= SHORTEST_TITLE and any(_same(line, other) for other in candidates[index + 1 :]):
                return line
        long_enough = [line for line in candidates if line.length > LONGEST_SECTION]
        if long_enough:
            return long_enough[0]
        return max((line for line in candidates if line.length >= 2), key=lambda line: line.length, default=None)


def _mark_of(line: Line) -> str:
    """The agency mark or the source's name a short line consists of, else an empty string."""
    if line.length > 7:
        return ""
    patterns = ((_SPACED_LETTERS, "mark"), (_PLACE_AND_MARK, "mark"), (_BRACKETED_MARK, "mark"), (_SOURCE_LINE, "name"))
    for pattern, group in patterns:
        if match := pattern.match(line.text):
            return match[group].strip()
    return ""


# The text


def _without_source_lines(paragraphs: Sequence[Line], aside: list[SetAside]) -> tuple[list[Line], list[str]]:
    """Takes trailing lines that name the source («و م ع», «المصدر: وكالات») off the text."""
    kept = list(paragraphs)
    marks: list[str] = []
    while len(kept) > 1 and (mark := _mark_of(kept[-1])):
        marks.append(mark)
        aside.append(SetAside(kept[-1].number, "source", kept.pop().text))
    # «…في هذا الإطار. (و م ع)»: the mark stands at the end of the last paragraph and stays there.
    ending = re.search(r"[.\s](?P<mark>[(/\[][^()/\[\]]{2,20}[)/\]])\s*[.]?$", kept[-1].text) if kept else None
    if ending:
        marks.append(ending["mark"].strip("()/[] "))
    return kept, marks


def _without_author(paragraphs: Sequence[Line], aside: list[SetAside], author: str) -> tuple[list[Line], str]:
    if not author and len(paragraphs) > 1 and (match := _AUTHOR.match(paragraphs[-1].text)):
        aside.append(SetAside(paragraphs[-1].number, "author", paragraphs[-1].text))
        return list(paragraphs[:-1]), match["name"].strip()
    return list(paragraphs), author


def _closing_date(paragraphs: list[Line], aside: list[SetAside]) -> list[StatedDate]:
    if len(paragraphs) > 1 and (found := date_of_line(paragraphs[-1].text)):
        line = paragraphs.pop()
        aside.append(SetAside(line.number, "date", line.text))
        return [_stated("closing line", line.text, found)]
    return []


def _stated(where: str, quote: str, found: DateExpression) -> StatedDate:
    return StatedDate(where, quote, as_archive_date(found))


def _without_repeats(paragraphs: Sequence[Line], title: str, aside: list[SetAside]) -> list[Line]:
    """Drops the title where it opens the text again, paragraphs that stand twice, and pull quotes."""
    kept: list[Line] = []
    folded_title = fold_name(title.rstrip("."))
    seen = {folded_title} if title else set()
    quotes = _Quotes(paragraphs)
    for index, line in enumerate(paragraphs):
        folded = fold_name(line.text.rstrip("."))
        if folded in seen:
            aside.append(SetAside(line.number, "repeated title" if folded == folded_title else "repeated", line.text))
        elif quotes.quoted(index):
            aside.append(SetAside(line.number, "pull quote", line.text))
        else:
            seen.add(folded)
            kept.append(line)
    return kept


class _Quotes:
    """Which of the paragraphs quote another: most of their words stand in a longer one.

    A paragraph that is quoted has one of any few words of the quote that are more than it may lack: only those that have one
    of the rarest are compared, so that the work grows with the text and not with the square of its lines.
    """

    def __init__(self, paragraphs: Sequence[Line]) -> None:
        self._may_quote = [_may_be_pull_quote(line) for line in paragraphs]
        self._stems: list[frozenset[str]] = []
        # Stem → the paragraphs that have it.
        self._holders: dict[str, list[int]] = defaultdict(list)
        if any(self._may_quote):
            for index, line in enumerate(paragraphs):
                stems = frozenset(fold_word(word.folded) for word in words(line.text))
                self._stems.append(stems)
                for stem in stems:
                    self._holders[stem].append(index)

    def quoted(self, index: int) -> bool:
        """Whether the paragraph at `index` is a pull quote."""
        if not self._may_quote[index]:
            return False
        stems = self._stems[index]
        if not stems:
            return bool(self._holders)
        needed = ceil(PULL_QUOTE_SHARE * len(stems))
        rarest = sorted(stems, key=lambda stem: len(self._holders[stem]))[: len(stems) - needed + 1]
        candidates = dict.fromkeys(chain.from_iterable(self._holders[stem][: _MOST_QUOTED + 1] for stem in rarest))
        others = (self._stems[at] for at in islice(candidates, _MOST_QUOTED + 1) if at != index)
        return any(len(other) > len(stems) and len(stems & other) >= needed for other in others)


def _may_be_pull_quote(line: Line) -> bool:
    return SHORTEST_PULL_QUOTE <= line.length <= LONGEST_PULL_QUOTE and not _SENTENCE_END.search(line.text)


def _dateline(body: str) -> tuple[list[StatedDate], list[str]]:
    """The date and agency mark that open the first paragraph; both stay in the text."""
    match = _DATELINE.match(body) or _DATELINE_DASHED.match(body)
    if not match:
        return [], []
    dated = [found for found in find_dates(match[0]) if as_archive_date(found) and found.day]
    return [_stated("dateline", match[0].strip(), found) for found in dated[:1]], [match["mark"].strip()]


def language_of(body: str) -> str:
    """The language of a text as far as its letters tell it: «ar», or «und» for any other."""
    beginning = body[:_TELLING_LENGTH]
    arabic = len(re.findall(f"[{ARABIC_LETTERS}]", beginning))
    latin = len(re.findall(f"[{OTHER_LETTERS}]", beginning))
    return "ar" if arabic >= latin else "und"
