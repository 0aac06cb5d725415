"""How Django writes dates in Arabic where it writes them itself, as in the lists of the desk: it has no form of its own for moments."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATE_FORMAT = "j F Y"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
# As `number` of articles/site/words_for.py writes them.
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
