"""Labelling: pooling, queues and what raters say here; consensus, versions and exchange in rooms of their own."""
