"""Reads Arabic text: folding, words with offsets, numbers, dates, names. Pure functions without Django."""
