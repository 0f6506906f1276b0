"""One pass with its lock, alone or under Prefect: refresh, runner, flows, schedule."""
