"""Comparing a run through a front with the direct run. Pure."""

from dataclasses import dataclass, field

from compliance.frameworks.explanations import OURS, Explanation, explanation_of
from compliance.frameworks.outcomes import Outcome, Outcomes

MISSING = Outcome("missing", "The test was not run at all.")


@dataclass(slots=True)
class Comparison:
    """One suite through one front. `lost` are the tests that pass directly and not here, each
    with its outcome and its explanation, None where there is none."""

    framework: str
    front: str
    direct: int
    passed: int
    lost: dict[str, tuple[Outcome, Explanation | None]] = field(default_factory=dict)

    @property
    def unexplained(self) -> dict[str, Outcome]:
        """The tests that nobody has given a reason for, and those whose reason is a fault here."""
        return {
            test: outcome
            for test, (outcome, why) in self.lost.items()
            if why is None or why.kind == OURS
        }


def compared(
    framework: str,
    front: str,
    direct: Outcomes,
    through: Outcomes,
    explanations: list[Explanation],
) -> Comparison:
    """What fails or is skipped directly says nothing about Lambda and is left out."""
    passing = passes(direct)
    comparison = Comparison(framework, front, len(passing), 0)
    for test in sorted(passing):
        outcome = through.get(test, MISSING)
        if outcome.result == "passed":
            comparison.passed += 1
        else:
            why = explanation_of(explanations, framework, front, test)
            comparison.lost[test] = (outcome, why)
    return comparison


def passes(direct: Outcomes) -> set[str]:
    """The tests that pass."""
    return {test for test, outcome in direct.items() if outcome.result == "passed"}


def sent_requests(direct: Outcomes, throughs: list[Outcomes]) -> int:
    """How many of the tests that pass directly send a request that Lambda carries, through any
    front; the others' requests, if any, never leave the framework."""
    passing = passes(direct)
    carried = {test for outcomes in throughs for test, told in outcomes.items() if told.carried}
    return len(passing & carried)
