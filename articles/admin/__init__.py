"""The editors' desk: Django admin for every noun, in Arabic, and the pages that editors work on all day."""
