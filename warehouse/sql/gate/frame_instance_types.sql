SELECT * FROM measured_instance_types ORDER BY row_number;
