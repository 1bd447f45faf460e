"""The meeting of the task force: its steps, what is kept for it, what each step says."""
