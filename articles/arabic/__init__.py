"""What is true of Arabic text whoever asks: folding, words with offsets, numbers, dates, names. Pure functions, no Django."""
