"""Suggests the actors, events, figures and dates of stored articles, by rules and the editors' authority.

Nothing is confirmed here.
"""
