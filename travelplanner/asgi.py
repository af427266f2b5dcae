"""The ASGI entry, for servers that need it; WSGI is what the product is measured on."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "travelplanner.settings")
application = get_asgi_application()
