"""Long work: a verb of the command line in a process of its own, its state in the database for everybody to see."""
