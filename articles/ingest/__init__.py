"""A file → a stored article: decoding, readers, captures, and the authority file."""
