"""Ground truth in and out: plan JSON, tables, TREC, and the full record of judgments."""
