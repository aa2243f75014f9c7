"""The surfaces and the one place that wires them: settings, HTTP API, worker and command line.

Without this package every user of Handrail would have to choose and connect its parts.
"""
