"""Imported when the component runs, and not when it is built."""

from . import NAME


def name():
    return NAME


def fail():
    raise KeyError("late")


def hash_of(value):
    return hash(value)
