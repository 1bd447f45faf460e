"""The dashboard's pages: they read widgets, call ``core`` and draw."""

import logging

# The routes bring cached functions along before the server runs; Streamlit warns of each, and there is nothing to do about it.
logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(lambda record: "No runtime found" not in record.getMessage())
