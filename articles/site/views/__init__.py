"""Views of the readers' pages, a module for each part of the archive.

Each view collects the context of its template. The number of its queries does not grow with the number of rows.
"""
