"""One plain factory per model, no surprises."""
