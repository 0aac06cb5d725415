"""Arabic formats for dates that Django writes itself, as in the desk's lists.

Django has none for date and time together.
"""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATE_FORMAT = "j F Y"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
# The separators that `number` in articles/site/words_for.py uses.
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
