"""What suggestions are written for: an article and what the rules read out of it."""

from dataclasses import dataclass

from articles.extract.analysis import Analysis
from articles.models import Article


@dataclass
class Subject:
    """An article to write suggestions for; a new one has nothing stored yet that would have to be looked up."""

    article: Article
    analysis: Analysis
    is_new: bool = False
