"""Finds the earlier article whose text an article reprints, and stores the fingerprints that look it up."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import connection

from articles.extract.fingerprints import BINS, LONGEST_COMPARED, TextFingerprint, is_reprint, shingles_of
from articles.extract.subject import Subject
from articles.models import Article, Fingerprint, Reprint, ReviewState
from articles.models.inserting import insert

# The most texts with a common band that are compared word by word.
MOST_TEXTS_COMPARED = 5
_REPRINT_RULE, _SAME_TEXT_RULE = "reprint.shingles", "reprint.same_text"
# One scan makes all probes of the index.
_SHARING = "SELECT article_id, bands FROM articles_fingerprint WHERE bands && %s::integer[] LIMIT %s"
_SAME_TEXT = "SELECT article_id, text_hash FROM articles_fingerprint WHERE text_hash = ANY(%s::bigint[])"
# The most stored articles with a common band that are read for each article of a batch. A band that more articles share
# comes from a stock phrase.
MOST_WITH_BAND = 200


def write_fingerprints(subjects: Sequence[Subject]) -> None:
    """Inserts or updates the stored fingerprint of every article."""
    rows = [
        Fingerprint(article_id=subject.article.pk, text_hash=subject.analysis.fingerprint.text_hash,
                    bands=list(subject.analysis.fingerprint.bands))
        for subject in subjects
    ]  # fmt: skip
    if all(subject.is_new for subject in subjects):
        insert(rows)
        return
    Fingerprint.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["article"], update_fields=["text_hash", "bands"]
    )


def reprints_of(subjects: Sequence[Subject]) -> list[Reprint]:
    """Returns the reprints to insert: at most one for each article, with an earlier article as its original.

    If that article is itself a reprint, the new reprint takes its original instead, so that reprints form no chains.

    Earlier suggestions of the articles are deleted. Articles whose reprint an editor reviewed are left out, and so are
    articles that others reprint.
    """
    prints = {subject.article.pk: subject.analysis.fingerprint for subject in subjects}
    reviewed, stored_keys = set(), [subject.article.pk for subject in subjects if not subject.is_new]
    if stored_keys:
        reviewed = set(
            Reprint.objects.filter(article__in=stored_keys)
            .exclude(state=ReviewState.SUGGESTED)
            .values_list("article", flat=True)
        )
        Reprint.objects.suggested().filter(article__in=stored_keys).delete()
        # An article that others reprint is not a reprint itself.
        reviewed |= set(Reprint.objects.filter(original__in=stored_keys).values_list("original", flat=True))
    earlier_articles = _sharing_bands(prints)
    bodies = {subject.article.pk: subject.article.body for subject in subjects}
    texts: dict[int, frozenset[tuple[str, ...]]] = {}
    originals: dict[int, int] = {}
    new_reprints: list[Reprint] = []
    for subject in subjects:
        pk = subject.article.pk
        if pk in reviewed:
            continue
        match = _original(pk, earlier_articles.get(pk, []), bodies, texts)
        if match:
            original, score, rule = match
            first_original = originals.get(original) or (
                Reprint.objects.standing().filter(article=original).values_list("original", flat=True).first()
            )
            originals[pk] = first_original or original
            new_reprints.append(
                Reprint(article_id=pk, original_id=originals[pk], state=ReviewState.SUGGESTED, rule=rule, score=score)
            )
    return new_reprints


def _sharing_bands(prints: dict[int, TextFingerprint]) -> dict[int, list[int]]:
    """Maps each article to the earlier articles with the same wording or a common band, most shared bands first."""
    by_band: dict[int, list[int]] = defaultdict(list)
    by_text: dict[int, list[int]] = defaultdict(list)
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for pk, own_print in prints.items():
        for keys_by_hash, hash_, weight in (
            (by_text, own_print.text_hash, BINS),
            *((by_band, band, 1) for band in own_print.bands),
        ):
            for earlier in keys_by_hash[hash_]:
                shared[pk][earlier] += weight
            keys_by_hash[hash_].append(pk)
    with connection.cursor() as cursor:
        # The planner has no statistics of bands, and would scan a table sequentially that looks small to it.
        cursor.execute("SET LOCAL enable_seqscan TO off")
        cursor.execute(_SHARING, [list(by_band), MOST_WITH_BAND * len(prints)])
        for earlier, bands in cursor.fetchall():
            for pk in (pk for band in bands for pk in by_band.get(band, ()) if earlier < pk and earlier not in prints):
                shared[pk][earlier] += 1
        cursor.execute(_SAME_TEXT, [list(by_text)])
        for earlier, text_hash in cursor.fetchall():
            for pk in (pk for pk in by_text[text_hash] if earlier < pk and earlier not in prints):
                shared[pk][earlier] += BINS
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return {pk: sorted(counts, key=lambda earlier: (-counts[earlier], earlier)) for pk, counts in shared.items()}


def _original(
    article: int, earlier_articles: Sequence[int], bodies: dict[int, str], texts: dict[int, frozenset[tuple[str, ...]]]
) -> tuple[int, float, str] | None:
    """Returns (key of the most similar earlier article with the same story, likeness from 0 to 1, rule), or None.

    `bodies` and `texts` are caches of the bodies and shingles of articles; missing entries are added.
    """
    chosen = earlier_articles[:MOST_TEXTS_COMPARED]
    if not chosen:
        return None
    missing = [pk for pk in chosen if pk not in bodies]
    if missing:
        bodies.update(Article.objects.filter(pk__in=missing).values_list("pk", "body"))
    for pk in (article, *chosen):
        if pk in bodies and pk not in texts:
            texts[pk] = shingles_of(bodies[pk])
    own_shingles = texts[article]
    best: tuple[float, int] | None = None
    for pk in chosen:
        is_alike, score = is_reprint(own_shingles, texts[pk]) if pk in texts else (False, 0.0)
        if is_alike and (best is None or score > best[0]):
            best = score, pk
    if best is None:
        return None
    score, original = best
    is_same = score == 1.0 and own_shingles == texts[original]
    if is_same and len(bodies[article]) > LONGEST_COMPARED:
        # The shingles of a long text leave out its middle.
        is_same = bodies[article] == bodies[original]
    return original, score, _SAME_TEXT_RULE if is_same else _REPRINT_RULE
