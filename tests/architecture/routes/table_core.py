"""Rows of core and of the home page: health, the API's description, words."""

from tests.architecture.routes.rows import METHODS, Row, Thing, open_api, open_page

TABLE: dict[str, Row] = {
    "home": open_page("GET"),
    "help": open_page("GET"),
    "set_language": open_page(*METHODS),
    "health": open_api("GET"),
    "health_live": open_api("GET"),
    "health_ready": open_api("GET"),
    "schema": open_api("GET"),
    "docs": open_page("GET"),
}
THINGS: dict[str, Thing] = {}
