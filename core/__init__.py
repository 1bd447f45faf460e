"""The product: items, models, engine, store, search. Importable without Streamlit and without torch."""
