"""The planning engine: pure functions over frozen dataclasses. No Django, no I/O, no global random.

`problem` says what is asked, `plan` what is answered, `definitions` fixes what the words mean (travel, fatigue, rest),
`search` finds plans, `checker` judges them from the rules alone.
"""
