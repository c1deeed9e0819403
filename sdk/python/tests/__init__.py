"""Tests of the SDK in plain CPython: `python3 -m unittest discover -s tests -t .`"""
