"""Keeps the archive in order: checks of everything stored, backups, and the nightly run."""
