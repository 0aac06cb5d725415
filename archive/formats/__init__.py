"""How Django writes dates and numbers, where its own formats do not suit the archive."""
