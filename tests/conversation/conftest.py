"""A conversation to test on."""

from tests.graph.conftest import desk

__all__ = ["desk"]
