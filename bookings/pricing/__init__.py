"""The till: quotes, places by rule, cancellation terms, exchange. Pure; frozen dataclasses in and out."""
