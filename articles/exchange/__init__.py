"""The archive for machines: exports of every noun."""
