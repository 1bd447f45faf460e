"""The sheets of the accuracy workbook, a module a kind."""
