"""The readers' pages: views, charts, words for dates and numbers, template tags."""
