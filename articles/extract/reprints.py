"""Finds, among any number of articles, the earlier one whose story an article carries."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import connection

from articles.extract.fingerprints import BINS, MOST_COMPARED, is_reprint, shingles_of
from articles.extract.fingerprints import Fingerprint as Print
from articles.extract.subject import Subject
from articles.models import Article, Fingerprint, Reprint, ReviewState
from articles.models.inserting import insert

# How many texts with a band in common are compared word by word.
MOST_TEXTS_COMPARED = 5
_REPRINT_RULE, _SAME_TEXT_RULE = "reprint.shingles", "reprint.same_text"
# All probes of the index in one scan.
_SHARING = "SELECT article_id, bands FROM articles_fingerprint WHERE bands && %s::integer[] LIMIT %s"
_SAME_TEXT = "SELECT article_id, text_hash FROM articles_fingerprint WHERE text_hash = ANY(%s::bigint[])"
# For each article of a batch; what more share is a phrase of the trade.
MOST_SHARING = 200


def write_fingerprints(subjects: Sequence[Subject]) -> None:
    rows = [
        Fingerprint(article_id=one.article.pk, text_hash=one.analysis.fingerprint.text_hash,
                    bands=list(one.analysis.fingerprint.bands))
        for one in subjects
    ]  # fmt: skip
    if all(one.is_new for one in subjects):
        insert(rows)
        return
    Fingerprint.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["article"], update_fields=["text_hash", "bands"]
    )


def reprints_of(subjects: Sequence[Subject]) -> list[Reprint]:
    """For every article, the suggestion that it carries the story of an earlier one; what stood suggested before goes."""
    prints = {subject.article.pk: subject.analysis.fingerprint for subject in subjects}
    reviewed, old = set(), [subject.article.pk for subject in subjects if not subject.is_new]
    if old:
        reviewed = set(
            Reprint.objects.filter(article__in=old)
            .exclude(state=ReviewState.SUGGESTED)
            .values_list("article", flat=True)
        )
        Reprint.objects.suggested().filter(article__in=old).delete()
        # What others are said to reprint is no reprint itself.
        reviewed |= set(Reprint.objects.filter(original__in=old).values_list("original", flat=True))
    alike = _sharing_bands(prints)
    bodies = {subject.article.pk: subject.article.body for subject in subjects}
    texts: dict[int, frozenset] = {}
    originals: dict[int, int] = {}
    new: list[Reprint] = []
    for subject in subjects:
        pk = subject.article.pk
        if pk in reviewed:
            continue
        found = _original(pk, alike.get(pk, []), bodies, texts)
        if found:
            original, score, rule = found
            known = originals.get(original) or (
                Reprint.objects.standing().filter(article=original).values_list("original", flat=True).first()
            )
            originals[pk] = known or original
            new.append(
                Reprint(article_id=pk, original_id=originals[pk], state=ReviewState.SUGGESTED, rule=rule, score=score)
            )
    return new


def _sharing_bands(prints: dict[int, Print]) -> dict[int, list[int]]:
    """Article → the earlier articles that have its very wording or share a band with it, most shared first."""
    by_band: dict[int, list[int]] = defaultdict(list)
    by_text: dict[int, list[int]] = defaultdict(list)
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for pk, one in prints.items():
        for held, key, weight in ((by_text, one.text_hash, BINS), *((by_band, band, 1) for band in one.bands)):
            for other in held[key]:
                shared[pk][other] += weight
            held[key].append(pk)
    with connection.cursor() as cursor:
        # The planner, which has no statistics of bands, would read a table that looks small from end to end.
        cursor.execute("SET LOCAL enable_seqscan TO off")
        cursor.execute(_SHARING, [list(by_band), MOST_SHARING * len(prints)])
        for other, bands in cursor.fetchall():
            for pk in (pk for band in bands for pk in by_band.get(band, ()) if other < pk and other not in prints):
                shared[pk][other] += 1
        cursor.execute(_SAME_TEXT, [list(by_text)])
        for other, text_hash in cursor.fetchall():
            for pk in (pk for pk in by_text[text_hash] if other < pk and other not in prints):
                shared[pk][other] += BINS
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return {pk: sorted(others, key=lambda other: (-others[other], other)) for pk, others in shared.items()}


def _original(
    article: int, candidates: Sequence[int], bodies: dict[int, str], texts: dict[int, frozenset]
) -> tuple[int, float, str] | None:
    """(earlier article that carries the same story, how alike they are, rule)."""
    chosen = candidates[:MOST_TEXTS_COMPARED]
    if not chosen:
        return None
    missing = [pk for pk in chosen if pk not in bodies]
    if missing:
        bodies.update(Article.objects.filter(pk__in=missing).values_list("pk", "body"))
    for pk in (article, *chosen):
        if pk in bodies and pk not in texts:
            texts[pk] = shingles_of(bodies[pk])
    own = texts[article]
    best: tuple[float, int] | None = None
    for pk in chosen:
        same, score = is_reprint(own, texts[pk]) if pk in texts else (False, 0.0)
        if same and (best is None or score > best[0]):
            best = score, pk
    if best is None:
        return None
    score, original = best
    is_same = score == 1.0 and own == texts[original]
    if is_same and len(bodies[article]) > MOST_COMPARED:
        # The middle of a long text was not compared.
        is_same = bodies[article] == bodies[original]
    return original, score, _SAME_TEXT_RULE if is_same else _REPRINT_RULE
