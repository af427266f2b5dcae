"""Columns that hold sealed text: encrypted for their own row, so that ciphertext moved to another row is refused.

    number = SealedTextField()                                   # document.number == "X123"; the column holds bytes
    number_index = BlindIndexField(source="number")              # filled on saving; for lookups by `matching`

They can't be compared, sorted or set by `update()`; `values()` gives the sealed bytes. The row's key must be known before saving (UUIDs are).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models

from . import crypto


class Sealed(bytes):
    """Bytes as the column holds them."""


def context_of(field: models.Field, pk: Any) -> str:
    """The address that a value is sealed for."""
    return f"{field.model._meta.db_table}.{field.column}:{pk}"


class SealedAttribute:
    """Opens on the first look, so that rows which nobody reads cost nothing."""

    def __init__(self, field: SealedTextField) -> None:
        self.field = field

    def __get__(self, row: Any, owner: Any = None) -> Any:
        if row is None:
            return self
        data = row.__dict__
        if self.field.attname not in data:  # deferred
            row.refresh_from_db(fields=[self.field.attname])
        value = data[self.field.attname]
        return self.field.opened(value, row.pk) if isinstance(value, Sealed) else value

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SealedTextField(models.BinaryField):
    """Text; "" is stored as NULL, so that an empty value is seen without a key."""

    description = "Sealed text"
    empty: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(null=True, blank=True, default=None, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("null", "blank", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, SealedAttribute(self))

    # plain <-> bytes; the JSON field below has its own
    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def to_plain(self, data: bytes) -> Any:
        return data.decode()

    def opened(self, sealed: Sealed, pk: Any) -> Any:
        """Raises CannotDecrypt when the bytes were sealed for another row."""
        return self.to_plain(crypto.unseal(sealed, context=context_of(self, pk)))

    def sealed(self, value: Any, pk: Any) -> Sealed | None:
        if value is None or value == "" or value == {} or value == []:
            return None
        return Sealed(crypto.seal(self.to_bytes(value), context=context_of(self, pk)))

    def get_default(self) -> Any:
        return self.empty

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.empty if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        return value if isinstance(value, Sealed) else self.sealed(value, model_instance.pk)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value == self.empty:  # what a migration gives to the rows there are
            value = None
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self.model.__name__}.{self.name} is sealed for its row: set it on the row and save, or look it up by its blind index.")
        return super().get_db_prep_value(value, connection, prepared)

    def formfield(self, **kwargs: Any) -> None:  # never in a form by accident
        return None


class SealedJSONField(SealedTextField):
    """A JSON object or list; an empty one is stored as NULL."""

    description = "Sealed JSON"

    def __init__(self, *args: Any, empty: Callable[[], Any] = dict, **kwargs: Any) -> None:
        self.make_empty = empty
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.make_empty is not dict:
            kwargs["empty"] = self.make_empty
        return name, path, args, kwargs

    @property
    def empty(self) -> Any:  # a new one each time: it may be changed in place
        return self.make_empty()

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def to_plain(self, data: bytes) -> Any:
        return json.loads(data)


def normalized(text: str) -> str:
    """How numbers are compared: without spaces, dashes and case."""
    return "".join(character for character in text.upper() if character.isalnum())


class BlindIndexField(models.CharField):
    """The keyed hash of a sealed field beside it, filled on saving ("" for an empty value)."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.update(max_length=64, blank=True, default="", editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "blank", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, {**kwargs, "source": self.source}

    @property
    def context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def value_for(self, plain: str) -> str:
        return crypto.blind_index(normalized(plain), context=self.context) if normalized(plain) else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.value_for(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


def matching(model: type[models.Model], field: str, plain: str) -> models.Q:
    """Filter for rows whose indexed value equals `plain`, under any key of the ring; nothing for an empty one."""
    index = model._meta.get_field(field)
    if not isinstance(index, BlindIndexField):
        raise FieldError(f"{model.__name__}.{field} is not a blind index.")
    if not normalized(plain):
        return models.Q(pk__in=[])
    return models.Q(**{f"{field}__in": crypto.blind_indexes(normalized(plain), context=index.context)})


def sealed_columns() -> Iterator[tuple[type[models.Model], list[SealedTextField], list[BlindIndexField]]]:
    """Every model with sealed columns: what `rotate_keys` goes through."""
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]
        if fields:
            yield model, fields, [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]
