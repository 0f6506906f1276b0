"""One pass with its lock, alone or under Prefect; schedules, and the process that serves them."""
