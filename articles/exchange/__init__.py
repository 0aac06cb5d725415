"""Gives the archive to programs: API, downloads, feeds, harvests, sitemaps and web archives."""
