"""Reads what the check of the archive reports."""

from articles.upkeep.check import check


def messages_of_check(kind: str, **options: object) -> list[str]:
    """Returns the problems of a kind that the check reports; `options` are those of `check`."""
    return [problem.message for problem in check(**{"settled": 10**9, **options}).open if problem.kind == kind]
