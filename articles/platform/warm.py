"""Sets Django up and imports the readers of documents, once, in the fork server of articles/platform/limits.py."""

from importlib import import_module

import django

django.setup()
# The module is named by a string, because this package must not import from the packages above it.
import_module("articles.ingest.prepare")
