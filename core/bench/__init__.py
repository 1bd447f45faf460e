"""``make bench`` and ``make sample-table``: figures as ratios measured in one run."""
