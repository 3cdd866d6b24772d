SELECT * FROM measured_interruptions ORDER BY row_number;
