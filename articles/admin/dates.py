"""Forms in which an editor gives a day and a precision. The interval of the date is derived from them."""

from typing import Any

from django import forms

from articles.models.uncertain_date import DATE_PARTS, ArchiveDate, Precision, complete


class UncertainDateForm(forms.ModelForm):
    """A model form that completes its uncertain dates before the model is validated.

    uncertain_dates: the names of the dates, without the suffix of a part.
    """

    uncertain_dates: tuple[str, ...] = ()

    def clean(self) -> dict:
        """Fills in all parts of each date from its day and precision.

        A precision without its day is an error, and so is a day of unknown precision. A date without a valid precision
        stays as it is.
        """
        cleaned: dict = super().clean() or {}
        for name in self.uncertain_dates:
            day, precision = cleaned.get(f"{name}_date"), cleaned.get(f"{name}_precision")
            if day is None and precision and precision != Precision.UNKNOWN:
                self.add_error(f"{name}_date", "اكتب التاريخ، أو اجعل دقته «غير معروف».")
            elif day is not None and precision == Precision.UNKNOWN:
                self.add_error(f"{name}_precision", "اختر دقة التاريخ: اليوم أو الشهر أو السنة.")
            elif precision:
                value = self._completed(name, cleaned)
                for part in DATE_PARTS:
                    cleaned[f"{name}_{part}"] = getattr(value, part)
        return cleaned

    def _completed(self, name: str, cleaned: dict) -> ArchiveDate:
        values: list[Any] = [cleaned.get(f"{name}_{part}") for part in DATE_PARTS]
        return complete(*values)
