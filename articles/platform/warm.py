"""Sets Django up and imports what reads documents, once, in the fork server of articles/platform/limits.py."""

from importlib import import_module

import django

django.setup()
# Named by text: this room imports nothing of the rooms above it.
import_module("articles.ingest.prepare")
