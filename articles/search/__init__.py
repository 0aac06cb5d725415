"""Answers a typed query with one ranked page: query language, candidates, ranking, snippets, aliases."""
