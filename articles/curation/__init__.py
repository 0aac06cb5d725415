"""Editing that concerns several rows at once: merging, confirming, undoing, and the history of changes."""
