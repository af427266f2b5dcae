"""Names: what people hold for the same is the same; what differs is named."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trips.readiness.names import compare_names, normalized_words

words = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F), min_size=2, max_size=8).filter(lambda word: normalized_words(word) and normalized_words(word)[0] not in {"mr", "mrs", "ms", "dr"})
names = st.lists(words, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("Asha Rao", "ASHA RAO", "same"),
        ("José Núñez", "JOSE NUNEZ", "same"),
        ("Jürgen Groß", "JURGEN GROSS", "same"),
        ("Anne-Marie Lefèvre", "ANNE MARIE LEFEVRE", "same"),
        ("O'Neill Sinéad", "ONEILL SINEAD", "same"),
        ("Søren Kierkegård", "SOREN KIERKEGARD", "same"),
        ("Asha Rao", "RAO, ASHA", "order"),
        ("Mary Ann Smith", "SMITH MARYANN", "order"),
        ("Mrs Asha Rao", "Asha Rao", "same"),
        ("Asha Rao", "Asha Devi Rao", "part"),
        ("Asha", "Asha Rao", "part"),
        ("Asha Rao", "Asha Roa", "different"),
        ("Asha Rao", "Bina Rao", "different"),
        ("आशा राव", "आशा राव", "same"),
        ("Asha Rao", "", "missing"),
        ("Asha Rao", " - ", "missing"),
    ],
)
def test_names_when_compared_then_as_people_would(left: str, right: str, kind: str) -> None:
    assert compare_names(left, right).kind == kind
    assert compare_names(right, left).kind == kind


def test_names_when_they_differ_then_the_words_are_named() -> None:
    found = compare_names("Asha Rao", "Asha Devi Roa")
    assert (found.kind, found.only_left, found.only_right) == ("different", ("rao",), ("devi", "roa"))


@given(names, st.randoms(use_true_random=False), st.sampled_from([" ", "-", "  ", ", "]))
def test_names_when_only_case_accents_parting_and_order_change_then_they_match(parts: list[str], shuffle: object, parting: str) -> None:
    turned = list(parts)
    shuffle.shuffle(turned)
    other = unicodedata.normalize("NFD", parting.join(turned)).upper()
    assert compare_names(" ".join(parts), other).kind in ("same", "order")


@given(st.text(max_size=30), st.text(max_size=30))
def test_names_when_compared_either_way_then_the_same_kind_and_no_fault(left: str, right: str) -> None:
    there, back = compare_names(left, right), compare_names(right, left)
    assert there.kind == back.kind
    assert (there.only_left, there.only_right) == (back.only_right, back.only_left)


@given(names, words)
def test_names_when_a_word_more_is_there_then_never_the_same(parts: list[str], more: str) -> None:
    assert compare_names(" ".join(parts), " ".join([*parts, more])).kind == "part"
