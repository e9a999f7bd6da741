"""Routes: the path patterns of API Gateway."""

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.local.routes import Pattern, Routes

Parameters = tuple[tuple[str, str], ...]


def routes_of(*patterns: str) -> Routes[str]:
    routes: Routes[str] = Routes()
    for pattern in patterns:
        routes.add(pattern, f"target of {pattern}")
    return routes


@pytest.mark.parametrize(
    ("pattern", "path", "parameters"),
    [
        ("/", "/", ()),
        ("/", "", ()),
        ("/", "/users", None),
        ("/users", "/users", ()),
        ("/users", "/users/", ()),
        ("/users/", "/users", ()),
        ("/users", "/Users", None),
        ("/users", "/users/7", None),
        ("/users", "/user", None),
        ("/users", "/us%65rs", ()),
        ("/users", "//users", ()),
        ("/a.b/c-d_e:f", "/a.b/c-d_e:f", ()),
        ("/users/{id}", "/users/7", (("id", "7"),)),
        ("/users/{id}", "/users/7/", (("id", "7"),)),
        ("/users/{id}", "/users/a%2Fb%20c", (("id", "a%2Fb%20c"),)),
        ("/users/{id}", "/users", None),
        ("/users/{id}", "/users/", None),
        ("/users/{id}", "/users/7/posts", None),
        ("/users/{id}/posts/{post}", "/users/7/posts/x", (("id", "7"), ("post", "x"))),
        ("/users/{id}/posts", "/users//posts", None),
        ("/{proxy+}", "/a", (("proxy", "a"),)),
        ("/{proxy+}", "/a/b%2F/c", (("proxy", "a/b%2F/c"),)),
        ("/{proxy+}", "/a/", (("proxy", "a"),)),
        ("/{proxy+}", "/", None),
        ("/{proxy+}", "", None),
        ("/users/{rest+}", "/users/7/posts", (("rest", "7/posts"),)),
        ("/users/{rest+}", "/users//x", (("rest", "/x"),)),
        ("/users/{rest+}", "/users", None),
        ("/users/{rest+}", "/users/", None),
        ("/users/{rest+}", "/users//", None),
        ("/{tenant}/{rest+}", "/acme/a/b", (("tenant", "acme"), ("rest", "a/b"))),
        ("$default", "/", ()),
        ("$default", "/any/thing/", ()),
    ],
)
def test_a_pattern_matches_paths_and_returns_parameters(
    pattern: str, path: str, parameters: Parameters | None
) -> None:
    expected = None if parameters is None else (f"target of {pattern}", pattern, parameters)

    assert routes_of(pattern).find(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/pets", "/pets"),
        ("/pets/", "/pets"),
        ("/pets/dog", "/pets/dog"),
        ("/pets/cat", "/pets/{id}"),
        ("/pets/cat/toys", "/{kind}/{id}/toys"),
        ("/pets/cat/food", "/pets/{rest+}"),
        ("/pets/dog/1", "/pets/dog/{n}"),
        ("/pets/dog/1/2", "/pets/dog/{rest+}"),
        ("/birds/1/toys", "/{kind}/{id}/toys"),
        ("/birds", "/{proxy+}"),
        ("/birds/1/2", "/{proxy+}"),
    ],
)
def test_patterns_without_greedy_parameters_come_first_and_text_before_parameters(
    path: str, expected: str
) -> None:
    routes = routes_of(
        "$default",
        "/{proxy+}",
        "/pets/{rest+}",
        "/pets/dog/{rest+}",
        "/{kind}/{id}/toys",
        "/pets/{id}",
        "/pets/dog/{n}",
        "/pets/dog",
        "/pets",
        "/",
    )

    found = routes.find(path)

    assert found is not None
    assert found[1] == expected


def test_default_matches_all_other_paths() -> None:
    routes = routes_of("/pets", "$default")

    assert routes.find("/") == ("target of $default", "$default", ())


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("users", "it does not begin with a slash"),
        ("", "it does not begin with a slash"),
        ("/{proxy+}/x", "only the last part may be greedy"),
        ("/{a+}/{b+}", "only the last part may be greedy"),
        ("/{a}/{a}", "two parameters have the same name"),
        ("/{}", "'{}' is neither plain text nor one {parameter}"),
        ("/{a b}", "'{a b}' is neither plain text nor one {parameter}"),
        ("/x{id}", "'x{id}' is neither plain text nor one {parameter}"),
        ("/a//b", "'' is neither plain text nor one {parameter}"),
        ("/a?b", "'a?b' is neither plain text nor one {parameter}"),
    ],
)
def test_a_wrong_pattern_is_refused_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Pattern(pattern)

    assert str(caught.value) == (
        "Expected a path pattern such as /users, /users/{id}, /users/{proxy+} or $default, "
        f"got {pattern!r}: {reason}."
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/users", "/users/"),
        ("/users/{id}", "/users/{name}"),
        ("/{proxy+}", "/{rest+}"),
        ("$default", "$default"),
    ],
)
def test_two_patterns_for_the_same_paths_are_refused(first: str, second: str) -> None:
    routes = routes_of(first)

    with pytest.raises(ConfigurationError) as caught:
        routes.add(second, "another")

    assert str(caught.value) == (
        f"Expected patterns that differ, got {first!r} and {second!r}, which match the same "
        "paths. Give each path one function."
    )


def test_a_parameter_and_a_greedy_parameter_match_different_paths() -> None:
    routes = routes_of("/{id}", "/{id+}", "/id", "/")

    assert [routes.find(path) for path in ("/x", "/x/y", "/id", "/")] == [
        ("target of /{id}", "/{id}", (("id", "x"),)),
        ("target of /{id+}", "/{id+}", (("id", "x/y"),)),
        ("target of /id", "/id", ()),
        ("target of /", "/", ()),
    ]
