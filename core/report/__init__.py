"""What leaves the house as files: tables in the plan's templates. Never recomputes a number."""
