"""Django's classes of fields with type parameters: the type that is written, and the type that is read.

Fields that are subclasses of Django's name both, so that the type check knows what their attributes hold. Django's classes
take type parameters in the type check alone.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres import fields as postgres
from django.db import models

if TYPE_CHECKING:
    ArrayField = postgres.ArrayField
    CharField = models.CharField
    DateTimeField = models.DateTimeField
    FloatField = models.FloatField
    JSONField = models.JSONField
    TextField = models.TextField
    URLField = models.URLField
    Lookup = models.Lookup
    # The base class of a mixin for fields.
    Mixin = models.Field
else:

    class _Parametrised:
        """Stands for a class: any type parameters give the class itself."""

        def __init__(self, plain: type[Any]) -> None:
            self._plain = plain

        def __getitem__(self, parameters: object) -> type[Any]:
            return self._plain

    ArrayField = _Parametrised(postgres.ArrayField)
    CharField = _Parametrised(models.CharField)
    DateTimeField = _Parametrised(models.DateTimeField)
    FloatField = _Parametrised(models.FloatField)
    JSONField = _Parametrised(models.JSONField)
    TextField = _Parametrised(models.TextField)
    URLField = _Parametrised(models.URLField)
    Lookup = _Parametrised(models.Lookup)

    class _Mixin:
        def __class_getitem__(cls, parameters: object) -> type[Any]:
            return cls

    Mixin = _Mixin
