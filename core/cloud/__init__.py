"""What rented GPUs cost: an estimate before, a log while, a stop at the limit (the plan's Stage 2 and risk R7)."""
