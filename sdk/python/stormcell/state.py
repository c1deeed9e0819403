"""What a task keeps: byte strings by key, which outlive its instances."""

from __future__ import annotations

from collections.abc import Iterator

from .context import Host

PAGE = 1_000
"""How many keys are asked for at a time: the host tells no more."""


class State:
    """The values of a task. Needs the grant `state`.

    What a call changes takes effect with the call: if it fails as a whole, nothing of it
    does. Keys have 1 to 1,024 bytes, values at most 1 MiB. What is refused raises
    `StateError`.
    """

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def get(self, key: str) -> bytes | None:
        """The value under a key; None if there is none."""
        return self._host.state_get(_key(key))

    def set(self, key: str, value: bytes) -> None:
        """Puts a value under a key, in place of what is there."""
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError(f"state: expected bytes as value, got {type(value).__name__}")
        self._host.state_set(_key(key), bytes(value))

    def remove(self, key: str) -> None:
        """Takes a key and its value away. To remove what is not there is no error."""
        self._host.state_remove(_key(key))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, ascending by their bytes."""
        after = None
        while page := self._host.state_keys(prefix, after, PAGE):
            yield from page
            after = page[-1]


def _key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"state: expected a str as key, got {type(key).__name__}")
    return key
