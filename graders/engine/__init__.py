"""From a submission's bytes to its results: cells, calls into the sandbox, tests, records."""
