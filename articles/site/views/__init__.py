"""A reader's request → a page, a module for each part of the archive. Each view gathers what its template shows, in a number
of queries that no row adds to."""
