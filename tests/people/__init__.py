"""Tests of what people may do, alone and together."""
