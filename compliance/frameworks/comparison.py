"""Compares a run through a front with the direct run. Pure functions."""

from dataclasses import dataclass, field

from compliance.frameworks.explanations import OURS, Explanation, find_explanation
from compliance.frameworks.outcomes import Outcome, Outcomes

MISSING = Outcome("missing", "The test was not run at all.")


@dataclass(slots=True)
class Comparison:
    """One suite through one front.

    `direct` is the number of tests that pass directly, `passed` how many of these pass through the
    front. `failures` are the others, each with its outcome and its explanation, or None.
    """

    framework: str
    front: str
    direct: int
    passed: int
    failures: dict[str, tuple[Outcome, Explanation | None]] = field(default_factory=dict)

    @property
    def unexplained(self) -> dict[str, Outcome]:
        """The failures without an explanation, and those explained by a bug in this library."""
        return {
            test: outcome
            for test, (outcome, explanation) in self.failures.items()
            if explanation is None or explanation.kind == OURS
        }


def compare_runs(
    framework: str,
    front: str,
    direct: Outcomes,
    through: Outcomes,
    explanations: list[Explanation],
) -> Comparison:
    """Compare the tests that pass directly. The others say nothing about Lambda."""
    passing = find_passing(direct)
    comparison = Comparison(framework, front, len(passing), 0)
    for test in sorted(passing):
        outcome = through.get(test, MISSING)
        if outcome.result == "passed":
            comparison.passed += 1
        else:
            explanation = find_explanation(explanations, framework, front, test)
            comparison.failures[test] = (outcome, explanation)
    return comparison


def find_passing(outcomes: Outcomes) -> set[str]:
    """The tests that pass."""
    return {test for test, outcome in outcomes.items() if outcome.result == "passed"}


def count_sending_tests(direct: Outcomes, throughs: list[Outcomes]) -> int:
    """How many of the tests that pass directly send a request through Lambda, for any front.

    The other tests send no request, or send it in a way that stays inside the framework.
    """
    sending = {
        test for outcomes in throughs for test, outcome in outcomes.items() if outcome.requests
    }
    return len(find_passing(direct) & sending)
