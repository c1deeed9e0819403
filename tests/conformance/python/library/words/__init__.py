"""A package of the author."""

NAME = __name__
