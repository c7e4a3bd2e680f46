"""nbgrader's side: its gradebook, formgrader, commands and late penalties over our results."""
