"""A reader's request → a page: views, filters, template tags."""
