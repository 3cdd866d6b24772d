SELECT benchmark FROM chosen ORDER BY benchmark
