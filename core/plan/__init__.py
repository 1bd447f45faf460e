"""The customer's plan as records: what it names, and how far things are."""
