"""The cast itself: a fixture that lies makes every test lie."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import PASSWORD, api_for
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.models import AuditEntry


def test_token_of_the_cast_when_used_then_signs_in_as_that_person(alice: User) -> None:
    from accounts.api.authentication import TokenAuthentication
    from tests.cast import token_for

    user, _payload = TokenAuthentication().authenticate_credentials(token_for(alice))
    assert user == alice


def test_token_when_user_is_suspended_then_refused(alice: User) -> None:
    from rest_framework.exceptions import AuthenticationFailed

    from accounts.api.authentication import TokenAuthentication
    from tests.cast import token_for

    token = token_for(alice)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    with pytest.raises(AuthenticationFailed):
        TokenAuthentication().authenticate_credentials(token)


def test_sign_in_by_the_api_when_password_fits_then_gives_tokens(alice: User, api: APIClient) -> None:
    answer = api.post("/api/auth/app/v1/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    assert {"access_token", "refresh_token"} <= answer.json()["meta"].keys()


def test_page_of_alice_when_used_then_signed_in(alice_page: Client, alice: User) -> None:
    assert alice_page.session["_auth_user_id"] == str(alice.pk)


def test_api_for_nobody_when_used_then_carries_no_token(db: None) -> None:
    assert "HTTP_AUTHORIZATION" not in api_for(None)._credentials


def test_catalogue_when_made_then_has_something_to_plan_and_sell(catalogue: SmallCatalogue) -> None:
    assert len(catalogue.places) == 20
    assert {hotel.comfort for hotel in catalogue.hotels} == {"budget", "standard", "luxury"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_transactional_test_when_it_ends_then_append_only_rows_are_flushed(turn: int) -> None:
    assert AuditEntry.objects.count() == 0
    AuditEntry.objects.create(action="test", object_type="x", object_id="1")
