"""The dashboard's pages: they read widgets, call ``core`` and draw."""
