"""From numbers to a verdict: gates, evidence, what makes evidence invalid."""
