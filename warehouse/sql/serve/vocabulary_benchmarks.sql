SELECT benchmark, count(DISTINCT (provider, instance_type)) AS machines
FROM benchmarks
WHERE higher_is_better
GROUP BY benchmark
ORDER BY machines DESC, benchmark;
