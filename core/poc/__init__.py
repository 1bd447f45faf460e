"""The whole POC in one run, from items to report: what is there already is found by its content and not done again."""
