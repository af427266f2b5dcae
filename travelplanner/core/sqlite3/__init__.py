"""Django's SQLite, with connections that are kept from request to request only as long as they are good (`settings.DATABASES`)."""
