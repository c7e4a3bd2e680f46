"""Around the gradebook: extensions and drops, the trail of changes, regrades, being forgotten."""
