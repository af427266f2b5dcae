"""Sealed columns: unreadable in the table, bound to their row, found by blind index, readable under a ring of keys."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction

from accounts.models import Traveler, User, UserDocument
from travelplanner.core import crypto, sealed

NUMBER = "Z 123-4567"


def passport(user: User, number: str = NUMBER) -> UserDocument:
    return UserDocument.objects.create(user=user, type="passport", number=number)


def test_sealed_number_when_saved_then_read_back_and_not_in_the_table(alice: User) -> None:
    row = passport(alice)
    assert UserDocument.objects.get(pk=row.pk).number == NUMBER
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_userdocument")
        columns = [bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in cursor.fetchone()]
    assert not any(part in column for column in columns for part in (NUMBER.encode(), b"1234567", b"123-4567"))


def test_sealed_number_when_swapped_between_rows_then_refused(alice: User) -> None:
    mine, other = passport(alice, "A1"), passport(alice, "B2")
    raw = UserDocument.objects.filter(pk=mine.pk).values_list("number", flat=True).get()
    assert UserDocument.objects.filter(pk=other.pk).update(number=raw) == 1
    with pytest.raises(crypto.CannotDecrypt):
        _ = UserDocument.objects.get(pk=other.pk).number
    assert UserDocument.objects.get(pk=mine.pk).number == "A1"


def test_sealed_number_when_moved_to_another_column_then_refused(alice: User) -> None:
    row = Traveler.objects.create(user=alice, first_name="Ada", medical_notes="asthma")
    raw = Traveler.objects.filter(pk=row.pk).values_list("medical_notes", flat=True).get()
    Traveler.objects.filter(pk=row.pk).update(emergency_contact=raw)
    with pytest.raises(crypto.CannotDecrypt):
        _ = Traveler.objects.get(pk=row.pk).emergency_contact


def test_sealed_number_when_updated_past_the_row_then_refused(alice: User) -> None:
    row = passport(alice)
    with pytest.raises(FieldError), transaction.atomic():
        UserDocument.objects.filter(pk=row.pk).update(number="plain")
    with pytest.raises(FieldError):
        UserDocument.objects.filter(number="plain").exists()
    assert UserDocument.objects.get(pk=row.pk).number == NUMBER


def test_blind_index_when_looked_up_then_spelling_does_not_matter(alice: User) -> None:
    row = passport(alice)
    assert UserDocument.objects.filter(sealed.matching(UserDocument, "number_index", "z1234567")).get() == row
    assert not UserDocument.objects.filter(sealed.matching(UserDocument, "number_index", "z1234568")).exists()
    assert not UserDocument.objects.filter(sealed.matching(UserDocument, "number_index", "")).exists()
    assert row.number_index != passport(alice, "").number_index == ""


def test_ring_when_a_new_key_comes_first_then_old_rows_are_still_read_and_found(alice: User, settings: Any) -> None:
    row = passport(alice)
    settings.FIELD_KEYS = [base64.urlsafe_b64encode(os.urandom(32)).decode(), *settings.FIELD_KEYS]
    found = UserDocument.objects.get(sealed.matching(UserDocument, "number_index", NUMBER))
    assert (found.pk, found.number) == (row.pk, NUMBER)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with pytest.raises(crypto.CannotDecrypt):
        _ = UserDocument.objects.get(pk=row.pk).number


def test_sealed_list_when_empty_then_null_and_deferred_reads_work(alice: User) -> None:
    row = Traveler.objects.create(user=alice, first_name="Ada", needs=["step_free"])
    assert Traveler.objects.defer("needs").get(pk=row.pk).needs == ["step_free"]
    row.needs = []
    row.save()
    assert Traveler.objects.get(pk=row.pk, needs=None).needs == []


def test_sealed_row_when_saved_again_unread_then_the_bytes_stay(alice: User) -> None:
    row = passport(alice)
    before = UserDocument.objects.filter(pk=row.pk).values_list("number", flat=True).get()
    again = UserDocument.objects.get(pk=row.pk)
    again.holder_name = "ALICE"
    again.save(update_fields=["holder_name"])
    UserDocument.objects.get(pk=row.pk).save()
    assert UserDocument.objects.get(pk=row.pk).number == NUMBER
    assert UserDocument.objects.filter(pk=row.pk).values_list("number", flat=True).get() == before
