"""Ground truth: files read into queries and judgments."""
