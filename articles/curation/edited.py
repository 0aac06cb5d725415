"""Determines from the history whether an editor wrote the present body of an article."""

from articles.models.article import Article
from articles.models.history import event_model_of

# The constants below are keys of an operation's metadata.
# An editor brought a delivery or accepted a capture: the words are those of the capture, not the editor's.
DELIVERY, ACCEPTED_CAPTURE = "delivery", "capture"
# The operation undid an acceptance: the value is the capture's decision until then (articles/curation/undoing.py).
RETURNED_CAPTURE = "returned_capture"
# The accepted capture became an article of its own: the value is the article that it belonged to before.
FORMER_ARTICLE = "former_article"
# The most changes of an article that are examined, newest first.
_MOST_CHANGES = 200


def body_is_an_editors(article: Article) -> bool:
    """Returns whether the last change of the body's words was an editor's own.

    Changes of white space alone do not count. Returns False if none of the newest _MOST_CHANGES changes changed the
    words.
    """
    changes = event_model_of(Article).objects.filter(pgh_obj=article.pk, pgh_label="update").order_by("-pgh_id")
    after = article.body.split()
    for body, metadata in changes.values_list("body", "pgh_context__metadata")[:_MOST_CHANGES]:
        before = body.split()
        if before != after:
            operation = metadata or {}
            return "user" in operation and DELIVERY not in operation and ACCEPTED_CAPTURE not in operation
        after = before
    return False
