SELECT * FROM measured_machines ORDER BY row_number;
