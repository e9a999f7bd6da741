"""Value: a small object that is compared and shown by its attributes.

Not a dataclass: `dataclasses` takes milliseconds to import, at each cold start.
"""

from typing import Any, ClassVar, Self


class Value:
    """Base of classes whose `__slots__` are the parameters of `__init__`.

    A repr shows only `_shown`, where given, because it may end up in logs. `_uncompared` do not
    count for equality.
    """

    __slots__: tuple[str, ...] = ()
    _shown: ClassVar[tuple[str, ...] | None] = None
    _uncompared: ClassVar[tuple[str, ...]] = ()

    def replace(self, **changes: Any) -> Self:
        """Return a copy with other values, given by keyword as to the class."""
        return type(self)(**{name: getattr(self, name) for name in self.__slots__} | changes)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(
            getattr(self, name) == getattr(other, name)
            for name in self.__slots__
            if name not in self._uncompared
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = self.__slots__ if self._shown is None else self._shown
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({values})"
