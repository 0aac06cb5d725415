"""What editors do to several rows at once, and what it leaves behind: merging, confirming, undoing, the history of changes."""
