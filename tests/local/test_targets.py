"""Targets of the command line: which handler they name, and the errors for wrong ones."""

from pathlib import Path

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.local.handler_import import CannotImport, import_handler, patterns_by_handler


@pytest.mark.parametrize(
    ("target", "suggestion"),
    [
        ("app.handler", "app:handler"),
        ("app.py:handler", "app:handler"),
        ("app.py", "app:handler"),
        ("services/users.py:handler", "services.users:handler"),
        ("app", "app:handler"),
    ],
)
def test_the_error_for_a_wrong_target_suggests_a_right_one(target: str, suggestion: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        patterns_by_handler([target])
    assert str(error.value).endswith(f"got {target!r}. Did you mean {suggestion}?")


def test_the_error_has_no_suggestion_if_nothing_similar_is_valid() -> None:
    with pytest.raises(ConfigurationError) as error:
        patterns_by_handler(["a b:c"])
    assert str(error.value).endswith("got 'a b:c'.")


def test_a_wsgi_app_is_not_a_handler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "shop_app.py"
    module.write_text("from flask import Flask\napp = Flask('shop')\n")
    with pytest.raises(CannotImport) as error:
        import_handler("shop_app:app", str(tmp_path))
    assert str(error.value) == (
        "Expected handler(event, context) at 'shop_app:app', got Flask. "
        "Next: for an app, handler = Adapter(app) from asgi_lambda or wsgi_lambda."
    )


def test_the_error_for_an_adapter_of_the_wrong_kind_names_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "wrong_kind.py"
    module.write_text(
        "import asgi_lambda, flask\nhandler = asgi_lambda.Adapter(flask.Flask('shop'))\n"
    )
    with pytest.raises(CannotImport) as error:
        import_handler("wrong_kind:handler", str(tmp_path))
    assert "from wsgi_lambda import Adapter. See the traceback above." in str(error.value)
