"""The rules by which a bot speaks without being asked, by their numbers."""

import pytest

from hub.chatter.rules import Considered, Rules, chance

RULES = Rules()
PERSON = Considered(by_bot=False)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (PERSON, 0.3),
        (Considered(by_bot=True), 0.2),
        (Considered(by_bot=False, is_post=True), 0.6),
        (Considered(by_bot=False, is_post=True, is_question=True), 0.8),
        (Considered(by_bot=True, answers_it=True, chain=2, depth=1), 0.35),
        (Considered(by_bot=True, answers_it=True, is_question=True, under_its_post=True, chain=3, depth=2), 0.6),
        (Considered(by_bot=True, mentions_it=True), 1.0),
        (Considered(by_bot=True, depth=3, chain=1), 0.05),
        (Considered(by_bot=True, depth=4, chain=1), 0.0),
        (Considered(by_bot=False, age_s=6 * 3600), 0.15),
        (Considered(by_bot=False, mentions_it=True, age_s=12 * 3600), 0.0),
        (Considered(by_bot=True, mentions_it=True, chain=6), 0.0),
    ],
)
def test_what_speaks_for_an_answer_adds_up_and_fades_with_depth_and_age(message: Considered, expected: float) -> None:
    assert chance(RULES, RULES.lively, message) == pytest.approx(expected)


def test_a_level_scales_every_chance() -> None:
    assert chance(RULES, RULES.slow, PERSON) == pytest.approx(0.3 * chance(RULES, RULES.lively, PERSON))
    loud = RULES.lively.model_copy(update={"scale": 10})
    assert chance(RULES, loud, PERSON) == 1.0
