"""Prints how fast each rule reads a text, with 10,000 names to look for. It asserts nothing.

python tests/benchmarks/extraction.py
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
NAMES, ROUNDS, BLOCKS = 10_000, 3, 1


def main() -> None:
    """Prints the time of each rule."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")
    import django

    django.setup()
    from articles.arabic.names import NameIndex
    from articles.arabic.reading import Reading
    from articles.benchmark.corpus import Corpus
    from articles.extract.actors import find_actors
    from articles.extract.analysis import analyse
    from articles.extract.authority import Authority
    from articles.extract.figures import find_figures
    from articles.extract.fingerprints import fingerprint
    from articles.ingest.text import read_text
    from articles.models import ArchiveDate

    articles = [article for block in range(BLOCKS) for article in Corpus().block(block)]
    texts = [article.body for article in articles]
    vocabulary = sorted({word for text in texts for word in text.split() if len(word) > 4})
    pairs = (f"{vocabulary[i * 7 % len(vocabulary)]} {vocabulary[i * 13 % len(vocabulary)]}" for i in range(NAMES))
    names = NameIndex((name, number) for number, name in enumerate(pairs))
    authority = Authority(names, {}, {}, {}, {})
    day = ArchiveDate.on(date(2024, 11, 6))
    steps: dict[str, Callable[[str], object]] = {
        "cut into words": lambda text: Reading(text).words,
        "actors, words included": lambda text: find_actors(Reading(text), names),
        "figures, words and dates included": lambda text: find_figures(Reading(text)),
        "fingerprint, words included": lambda text: fingerprint(Reading(text).words),
        "all rules": lambda text: analyse("عنوان", Reading(text), day, authority),
        "cleaning a text": read_text,
    }
    length = sum(len(text.split()) for text in texts) / len(texts)
    print(
        f"{len(texts)} articles of {length:.0f} words, {NAMES:,} names\n{'':36}{'ms an article':>14}{'articles a second':>19}"
    )
    for name, step in steps.items():
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            for text in texts:
                step(text)
            times.append((time.perf_counter() - started) / len(texts))
        best = min(times)
        print(f"{name:36}{best * 1000:>14.2f}{1 / best:>19,.0f}")


if __name__ == "__main__":
    main()
