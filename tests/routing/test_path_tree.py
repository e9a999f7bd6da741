"""PathTree finds the same routes as a list sorted by API Gateway's precedence."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_adapters import ConfigurationError
from lambda_adapters.routing.path_tree import ANY, Found, PathTree, segments_of
from lambda_adapters.routing.pattern import DEFAULT, GREEDY, PARAMETER, STATIC, Pattern

PARTS = st.sampled_from(["a", "b", "{x}", "{y}"])
PATTERNS = st.one_of(
    st.just(DEFAULT),
    st.builds(
        lambda parts, rest: "/" + "/".join([*dict.fromkeys(parts), *rest]),
        st.lists(PARTS, max_size=3),
        st.sampled_from([[], ["{rest+}"], ["a"]]),
    ),
)
METHODS = st.sampled_from([ANY, "GET", "POST"])
PATHS = st.builds(
    lambda parts, last_slash: "/" + "/".join(parts) + last_slash,
    st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=4),
    st.sampled_from(["", "/"]),
)


def expression(pattern: Pattern) -> str:
    """The pattern as a regular expression on a path without a slash at its ends."""
    if pattern.text == DEFAULT:
        return "(?s).*"
    kinds = {PARAMETER: "[^/]+", GREEDY: "/*[^/].*"}
    return "/".join(
        re.escape(text) if kind == STATIC else kinds[kind] for kind, text in pattern.segments
    )


def find_in_list(routes: list[tuple[str, str]], path: str, method: str) -> tuple[str, str] | None:
    """The best route by AWS's words: full, greedy, $default; then static before parameter."""

    def priority(route: tuple[str, str]) -> tuple[bool, bool, list[int], bool]:
        kinds = [kind for kind, _ in Pattern(route[0]).segments]
        return route[0] == DEFAULT, GREEDY in kinds, kinds, route[1] == ANY

    joined = "/".join(segments_of(path))
    for text, allowed in sorted(routes, key=priority):
        if allowed in (method, ANY) and re.fullmatch(expression(Pattern(text)), joined):
            return text, allowed
    return None


@given(st.lists(st.tuples(PATTERNS, METHODS), max_size=12), PATHS, st.sampled_from(["GET", "PUT"]))
@settings(deadline=None, max_examples=300)
def test_the_tree_finds_the_same_route_as_a_sorted_list(
    candidates: list[tuple[str, str]], path: str, method: str
) -> None:
    tree: PathTree[tuple[str, str]] = PathTree()
    routes = []
    for text, allowed in candidates:
        try:
            tree.add(text, (text, allowed), [allowed])
        except ConfigurationError:
            continue
        routes.append((text, allowed))

    found = tree.find(segments_of(path), method)

    assert (None if found is None else found.target) == find_in_list(routes, path, method)
    expected_methods = {
        allowed
        for text, allowed in routes
        if find_in_list([(text, allowed)], path, allowed) is not None
    }
    assert tree.methods(segments_of(path)) == expected_methods


def test_parameters_have_the_names_of_their_pattern() -> None:
    tree: PathTree[str] = PathTree()
    tree.add("/users/{id}/posts/{post}", "posts")
    tree.add("/users/{name}", "user")
    tree.add("/{tenant}/{rest+}", "rest")

    assert tree.find(["users", "7", "posts", "x"]) == Found(
        "posts", "/users/{id}/posts/{post}", (("id", "7"), ("post", "x"))
    )
    assert tree.find(["users", "7"]) == Found("user", "/users/{name}", (("name", "7"),))
    assert tree.find(["acme", "a", "b", ""]) == Found(
        "rest", "/{tenant}/{rest+}", (("tenant", "acme"), ("rest", "a/b"))
    )


def test_a_target_for_the_method_comes_before_a_target_for_any_method() -> None:
    tree: PathTree[str] = PathTree()
    tree.add("/a", "any")
    tree.add("/a", "get", ["GET"])
    tree.add("/{x}", "put", ["PUT"])

    found = {method: tree.find(["a"], method) for method in ("GET", "PUT", "POST")}

    assert {m: f.target for m, f in found.items() if f} == {
        "GET": "get",
        "PUT": "any",
        "POST": "any",
    }


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("", []),
        ("/", []),
        ("/a", ["a"]),
        ("/a/", ["a"]),
        ("//a", ["", "a"]),
        ("/a//", ["a", ""]),
        ("/a/b", ["a", "b"]),
    ],
)
def test_a_slash_at_the_end_adds_no_segment(path: str, segments: list[str]) -> None:
    assert segments_of(path) == segments


def test_a_conflict_names_both_patterns_and_adds_nothing() -> None:
    tree: PathTree[str] = PathTree()
    tree.add("/users/{id}", "first", ["GET"])

    with pytest.raises(ConfigurationError) as error:
        tree.add("/users/{name}", "second", ["POST", "GET"])

    assert str(error.value) == (
        "Expected patterns that differ, got '/users/{id}' and '/users/{name}', which match the "
        "same paths. Give each path one function."
    )
    assert tree.methods(["users", "7"]) == {"GET"}


def test_the_number_of_steps_does_not_grow_with_the_number_of_routes() -> None:
    def steps(count: int) -> int:
        tree: PathTree[int] = PathTree()
        for number in range(count):
            tree.add(f"/resource{number}/{{id}}", number)
            tree.add(f"/resource{number}/{{id}}/{{proxy+}}", number)
        segments = [f"resource{count - 1}", "7", "a", "b"]
        return sum(1 for _ in tree._matches(segments))

    assert steps(10) == steps(1000)
