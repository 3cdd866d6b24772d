SELECT * FROM measured_benchmarks ORDER BY row_number;
