"""Environment of the tests, set before Django reads its settings (loaded by `-p tests.environment`)."""

import os

os.environ.update(IGNORE_DOTENV="1", LOCAL="1", PLAIN_STATIC="1", SQLITE_SYNCHRONOUS="OFF", LOG_LEVEL="WARNING", RATE_PLAN="100000/hour", RATE_OPEN="100000/minute", RATE_BOOK="100000/hour", RATE_PAY="100000/minute", RATE_UPLOAD="100000/hour")
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnop")
os.environ.setdefault("FIELD_KEYS", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
# Runs at the same time must not count into one another's limits, as the shared folder would have them do.
os.environ["CACHE_URL"] = "locmemcache://"
os.environ.setdefault("EMAIL_URL", "memorymail://")
