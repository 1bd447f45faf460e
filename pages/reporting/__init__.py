"""The report on a page: making it, its prose, its files."""
