"""An article with its analysis, for the code that stores suggestions."""

from dataclasses import dataclass

from articles.extract.analysis import Analysis
from articles.models import Article


@dataclass
class Subject:
    """An article and its analysis.

    article: the article; it has a key, even if it is not stored yet.
    analysis: the result of the rules for the article's title, body and date.
    is_new: whether the article has no stored facts, so that none need to be looked up.
    """

    article: Article
    analysis: Analysis
    is_new: bool = False
