"""Whether the words that an article has now were set by an editor's hand, as the history of changes tells."""

from articles.models.article import Article
from articles.models.history import event_model_of

# What an operation is told by where an editor brought or accepted a capture: the words are the capture's, not the editor's.
DELIVERY, ACCEPTED_CAPTURE = "delivery", "capture"
# What an operation is told by that took an acceptance back: the capture as it was until then (articles/curation/undoing.py).
RETURNED_CAPTURE = "returned_capture"
# The article of which a capture that became an article of its own was one.
FORMER_ARTICLE = "former_article"
# Of an article's changes, so many of the newest are looked at.
_MOST_CHANGES = 200


def body_is_an_editors(article: Article) -> bool:
    """Whether the last change of the article's words was an editor's own; spaces and line ends are no change of words."""
    changes = event_model_of(Article).objects.filter(pgh_obj=article.pk, pgh_label="update").order_by("-pgh_id")
    after = article.body.split()
    for body, metadata in changes.values_list("body", "pgh_context__metadata")[:_MOST_CHANGES]:
        before = body.split()
        if before != after:
            by = metadata or {}
            return "user" in by and DELIVERY not in by and ACCEPTED_CAPTURE not in by
        after = before
    return False
