"""The Django project: settings, addresses, and how gunicorn serves them."""
