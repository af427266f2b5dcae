"""All addresses: pages, API, sign-in, admin, health."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from travelplanner.core.web import bench, health
from trips.web import home

urlpatterns = [
    path("api/", include("travelplanner.core.api.urls")),  # first: programs ask most often, and each pattern before theirs is tried in vain
    path("api/", include("accounts.api.urls")),
    path("api/", include("trips.api.urls")),
    path("api/", include("bookings.api.urls")),
    path("", home.show_home, name="home"),
    path("help", home.show_help, name="help"),
    path("", include("accounts.web.urls")),
    path("", include("trips.web.urls")),
    path("", include("bookings.web.urls")),
    path("accounts/", include("accounts.web.sign_in_urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("health", health.overview, name="health"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]

if settings.BENCH:
    urlpatterns.append(path("bench/plain", bench.plain))

handler400 = "travelplanner.core.web.errors.bad_request"
handler403 = "travelplanner.core.web.errors.forbidden"
handler429 = "travelplanner.core.web.errors.too_many_requests"  # allauth's, at a limit
handler404 = "travelplanner.core.web.errors.not_found"
handler500 = "travelplanner.core.web.errors.server_error"
