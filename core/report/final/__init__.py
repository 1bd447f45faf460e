"""The final report (D10): from stored evidence to one document, written as Markdown and set as PDF."""
