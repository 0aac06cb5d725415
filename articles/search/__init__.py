"""A typed query → one ranked page: query language, candidates, ranking, snippets, aliases."""
