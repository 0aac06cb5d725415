"""Processing time grows no faster than a document's size: each hostile shape is measured at two sizes, in processor
time.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as project

from articles.extract.authority import Authority
from articles.ingest import run as running
from articles.ingest.authority import AuthorityError, apply_authority, parse_toml
from articles.ingest.document import Item, UnreadableError
from articles.ingest.prepare import prepare
from articles.ingest.readers import read
from tests.trust.hostile_shapes import SHAPES, Shape

KB, MB = 1024, 1024 * 1024
NOW = datetime(2026, 1, 1, tzinfo=UTC)

# The growth test. From SMALL to LARGE a linear cost grows eightfold.
SMALL, LARGE, MOST_GROWTH = 25 * KB, 200 * KB, 12
# A shape that takes this many seconds at SMALL is measured at a quarter of both sizes, to keep the test short.
COSTLY_SECONDS = 0.12
# Below this many seconds at LARGE, the clock's resolution and caches dominate the measurement.
FLOOR_SECONDS = 0.1
TRIALS = 5
# A document that outgrows the processor's caches costs more than its size once; a cost that is not linear does so at
# each size. So a shape that grows too fast is measured again at sizes this many times as large.
LARGER = (2, 4)


@pytest.fixture(scope="module")
def settled_memory() -> Iterator[None]:
    """Excludes existing objects from garbage collection before each measurement, since collecting them takes longer
    than most shapes.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def processed(shape: Shape, document: bytes, folder: Path, authority: Authority) -> float:
    """Returns the seconds of processor time from a document's file to all facts read out of it."""
    path = folder / f"document.{shape.kind}"
    path.write_bytes(document)
    # As in a worker, where garbage collection adds next to nothing.
    with running.seldom_collected():
        gc.collect()
        started = time.process_time()
        _process(shape, document, path, authority)
        return time.process_time() - started


def _process(shape: Shape, document: bytes, path: Path, authority: Authority) -> None:
    if shape.kind == "toml":
        # A worker process parses it, and its time is not measured here, so it is parse_toml once more.
        with suppress(ValueError, RecursionError):
            parse_toml(document.decode())
        with suppress(AuthorityError):
            apply_authority(path.name, document)
    elif shape.kind in {"text", "html"}:
        prepare(Item(str(path), document, f"text/{shape.kind.replace('text', 'plain')}"), "", NOW, authority)
    else:
        with suppress(UnreadableError):
            for entry in read(path, 20 * MB, shape.kind):
                if isinstance(entry, Item):
                    prepare(entry, "", NOW, authority)


@dataclass
class Growth:
    """The cost of one shape at two sizes."""

    # Bytes.
    small: int
    # Bytes.
    large: int
    # Seconds of processor time by size, the least of several trials.
    seconds: dict[int, float]

    @property
    def is_linear(self) -> bool:
        return self.seconds[self.large] < max(FLOOR_SECONDS, MOST_GROWTH * self.seconds[self.small])

    def __str__(self) -> str:
        return ", ".join(f"{seconds:.3f} s for {size:,} bytes" for size, seconds in self.seconds.items())


def growth(shape: Shape, small: int, large: int, folder: Path, authority: Authority) -> Growth:
    """Measures a shape at two sizes, up to TRIALS times until its cost is linear."""
    documents = {size: shape.make(size) for size in (small, large)}
    result = Growth(small, large, dict.fromkeys(documents, float("inf")))
    for _ in range(TRIALS):
        for size, document in documents.items():
            result.seconds[size] = min(result.seconds[size], processed(shape, document, folder, authority))
        if result.is_linear:
            break
    return result


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_shape_costs_no_more_than_its_size(
    name: str, tmp_path: Path, authority: Authority, settled_memory: None
) -> None:
    shape = SHAPES[name]
    costly = processed(shape, shape.make(SMALL), tmp_path, authority) > COSTLY_SECONDS
    part = 4 if costly else 1
    grown = growth(shape, SMALL // part, LARGE // part, tmp_path, authority)
    if costly and not grown.is_linear:
        # In a small document the part before the repetition weighs too much, so the full sizes decide.
        grown = growth(shape, SMALL, LARGE, tmp_path, authority)
    for times in LARGER:
        if not grown.is_linear:
            grown = growth(shape, SMALL * times, LARGE * times, tmp_path, authority)
    assert grown.is_linear, str(grown)
    assert grown.seconds[grown.large] * LARGE / grown.large < project.ARCHIVE_DOCUMENT_SECONDS
