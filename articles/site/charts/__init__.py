"""Charts drawn on the server. Each module turns rows into the geometry of an SVG; a table repeats its numbers."""
