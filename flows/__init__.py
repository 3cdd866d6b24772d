"""When things happen: order, retries, concurrency and schedules."""
