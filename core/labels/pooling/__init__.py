"""The pool: who proposes which pairs for judging, and what each proposer contributed."""
