"""The surfaces and the one place that wires them: settings, HTTP API, worker and command line."""
