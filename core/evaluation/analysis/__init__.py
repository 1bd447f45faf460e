"""Where a system is good and where not: slices, depths, variants, single queries."""
