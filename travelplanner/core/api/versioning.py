"""The API's version travels in the Accept header: `application/json; version=1.0`."""

from rest_framework.versioning import AcceptHeaderVersioning


class AcceptVersioning(AcceptHeaderVersioning):
    """Default and only version today: 1.0; another answers 406."""
