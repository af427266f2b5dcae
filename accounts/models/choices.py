"""Words that profiles and travelers share (seeds 002 and 003)."""

from django.utils.translation import gettext_lazy as _

CABIN_CLASSES = [("economy", _("economy")), ("premium_economy", _("premium economy")), ("business", _("business")), ("first", _("first"))]
SEATS = [("window", _("window")), ("aisle", _("aisle")), ("no_preference", _("no preference"))]
MEALS = [
    ("no_preference", _("no preference")),
    ("vegetarian", _("vegetarian")),
    ("vegan", _("vegan")),
    ("jain", _("Jain")),
    ("kosher", _("kosher")),
    ("halal", _("halal")),
    ("gluten_free", _("gluten-free")),
]
GENDERS = [("female", _("female")), ("male", _("male")), ("other", _("other")), ("undisclosed", _("rather not say"))]
# What a plan, a supplier or a companion can act on. The planner turns the first four into constraints (trips/planning/party.py).
NEEDS = [
    ("step_free", _("No steps: wheelchair, stroller, or stairs are hard")),
    ("short_walks", _("Short walks only")),
    ("easy_effort", _("Nothing strenuous")),
    ("rest_days", _("Needs days of rest")),
    ("hearing", _("Hard of hearing or deaf")),
    ("sight", _("Low sight or blind")),
    ("service_animal", _("Travels with a service animal")),
    ("medication", _("Needs medicine kept cool or at fixed times")),
]
DIETS = [
    ("vegetarian", _("vegetarian")),
    ("vegan", _("vegan")),
    ("jain", _("Jain")),
    ("halal", _("halal")),
    ("kosher", _("kosher")),
    ("gluten_free", _("gluten-free")),
    ("lactose_free", _("lactose-free")),
    ("nut_allergy", _("nut allergy")),
    ("shellfish_allergy", _("shellfish allergy")),
]
