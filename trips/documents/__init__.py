"""Bodies of the five immutable documents: made from plain values, read back for a reader. Pure but for translation.

Sentences are stored as `{code, params}`; `sentences.with_text` adds `text` in the reader's language.
"""
