"""How the API describes itself and how the admin looks: settings without a choice in them, read by `travelplanner.settings`."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

SPECTACULAR_SETTINGS = {
    "TITLE": "Travel planner",
    "DESCRIPTION": "Plan a trip with an honest budget, compare three itineraries, book it in one go.",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": True,
    # Sets of words that several fields share, or fields of one name with different words: each set has one name.
    "ENUM_NAME_OVERRIDES": {
        "CollectionStateEnum": [("collecting", "collecting"), ("complete", "complete"), ("given_back", "given back")],
        "DestinationKindEnum": ["city", "region", "trek"],
        "DocumentStateEnum": ["pending", "verified", "rejected", "expired"],
        "DocumentTypeEnum": ["passport", "visa", "id_card", "driving_license", "insurance", "vaccination", "consent_letter", "other"],
        "InvitedRoleEnum": ["editor", "viewer"],
        "LanguageEnum": ["en", "hi"],
        "MemberRoleEnum": ["owner", "editor", "viewer"],
        "NeedEnum": ["step_free", "short_walks", "easy_effort", "rest_days", "hearing", "sight", "service_animal", "medication"],
        "PaymentShareStateEnum": [("due", "due"), ("paid", "paid"), ("dropped", "dropped"), ("given_back", "given back")],
        "ServiceTypeEnum": ["flight", "hotel", "activity", "car_rental"],
        "ShareLinkStatusEnum": ["open", "expired"],
        "TravelerTypeEnum": "accounts.models.traveler.TRAVELER_TYPES",
        "VoteChoiceEnum": "trips.models.poll.CHOICES",
        "WebhookDeliveryStateEnum": ["queued", "delivered", "dead"],
    },
}

UNFOLD = {
    "SITE_TITLE": _("Travel planner"),
    "SITE_HEADER": _("Travel planner"),
    "SITE_SUBHEADER": _("Staff"),
    "SITE_SYMBOL": "explore",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "STYLES": [lambda request: static("css/staff.css")],
    "SCRIPTS": [lambda request: static("js/staff.js")],
    "DASHBOARD_CALLBACK": "bookings.admin.dashboard.fill",
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "bookings.admin.navigation.sidebar"},
    "COLORS": {
        "primary": {
            "50": "253 242 247", "100": "250 232 240", "200": "245 204 222", "300": "238 160 194", "400": "224 98 152",
            "500": "199 42 112", "600": "163 18 87", "700": "125 11 66", "800": "104 12 57", "900": "88 14 51", "950": "54 3 28",
        }
    },
}  # fmt: skip
