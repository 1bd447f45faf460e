"""Measures of ranked lists against a ground truth."""
