DELETE FROM staged_benchmarks
WHERE row_number IN (SELECT row_number FROM refusals WHERE staged = 'benchmarks');
