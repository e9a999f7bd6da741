"""The runner for Django's suite: Django's own, with Lambda below the client and a results file."""

import unittest
from typing import Any

from django.test.runner import DiscoverRunner

from compliance.frameworks import django_transport
from compliance.frameworks.lambda_transport import transport_from_environment
from compliance.frameworks.outcomes import recorder_from_environment

_transport = transport_from_environment()
if _transport is not None:
    django_transport.install(_transport)
_recorder = recorder_from_environment()


class Result(unittest.TextTestResult):
    """Records each test when it is done. A test with a failed subtest has failed."""

    def startTest(self, test: Any) -> None:  # noqa: N802 - unittest's name
        self._outcome = ("passed", "")
        self._requests_before = _count_requests()
        super().startTest(test)

    def stopTest(self, test: Any) -> None:  # noqa: N802
        _recorder.write(test.id(), *self._outcome, _count_requests() - self._requests_before)
        super().stopTest(test)

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        self._outcome = ("failed", _describe_error(err))
        if not hasattr(self, "_requests_before"):  # the set-up of a class, before its first test
            _recorder.write(test.id(), "error", _describe_error(err), 0)
        super().addError(test, err)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self._outcome = ("failed", _describe_error(err))
        super().addFailure(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        if err is not None:
            self._outcome = ("failed", _describe_error(err))
        super().addSubTest(test, subtest, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        self._outcome = ("skipped", reason)
        super().addSkip(test, reason)


class Runner(DiscoverRunner):  # type: ignore[misc] # Django has no types
    """Django's own runner, with the result class above."""

    def get_resultclass(self) -> type[Result]:
        return Result


def _count_requests() -> int:
    return _transport.requests if _transport else 0


def _describe_error(err: Any) -> str:
    return f"{err[0].__name__}: {str(err[1])[:300]}"
