"""The editors' desk: Django admin for every noun."""
