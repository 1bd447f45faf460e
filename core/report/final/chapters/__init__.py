"""The chapters of the plan's 8.2, a module each: from facts to blocks."""
