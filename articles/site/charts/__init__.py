"""Pictures drawn on the server: each module turns rows into the geometry of an SVG, whose numbers a table repeats."""
