"""Systems A–E and the keyword baseline: a query in, a ranked list out."""
