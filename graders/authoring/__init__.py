"""Making an assignment: a template that passes, and what to mend in one that does not."""
