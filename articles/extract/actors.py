"""Finds the actors of the authority in a text, under all their names."""

from collections import defaultdict
from dataclasses import dataclass

from articles.arabic.folding import fold_name
from articles.arabic.names import Match, NameIndex
from articles.arabic.reading import Reading

# A name that several actors bear says less about each.
AMBIGUOUS_SCORE = 0.5


@dataclass(frozen=True)
class FoundActor:
    """An actor named in a text: every span in code points, and a score from 0 to 1."""

    actor: int
    spans: tuple[tuple[int, int], ...]
    score: float


# «غلاف مالي», «فساد مالي»: the country's name is also the word for what has to do with money; these nouns take it so.
_FINANCIAL = fold_name("مالي")
_TAKE_FINANCIAL = frozenset(
    fold_name(noun)
    for noun in (
        "غلاف دعم مبلغ فساد نظام مركز اعتماد عجز تعويض عائد مقابل استقرار تحويل إجراء التزام مخطط جزاء تقرير خبير محلل مراقب"
        " تدقيق مورد تمويل مصدر شمول إدماج اختلال ضغط حافز سوق قطاع إشراف تحليل تحقيق إسهام انهيار عبء رصيد وسيط عام سنة"
    ).split()
)


def _is_adjective(reading: Reading, match: Match) -> bool:
    index = reading.word_at(match.start)
    if index >= len(reading.words) or reading.words[index].folded != _FINANCIAL or not index:
        return False
    before = reading.words[index - 1].folded
    return {before, before[1:], before.removesuffix("ا"), before[1:].removesuffix("ا")} & _TAKE_FINANCIAL != set()


def find_actors(reading: Reading, names: NameIndex) -> list[FoundActor]:
    """The actors whose names `names` holds, in order of their first span."""
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    scores: dict[int, float] = {}
    for match in names.find(reading.text, reading.words):
        if _is_adjective(reading, match):
            continue
        for actor in match.keys:
            spans[actor].append((match.start, match.end))
            score = 1.0 if len(match.keys) == 1 else AMBIGUOUS_SCORE
            scores[actor] = max(score, scores.get(actor, 0))
    return [FoundActor(actor, tuple(found), scores[actor]) for actor, found in spans.items()]
