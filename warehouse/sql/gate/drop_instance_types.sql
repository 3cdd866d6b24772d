DELETE FROM staged_instance_types
WHERE row_number IN (SELECT row_number FROM refusals WHERE staged = 'instance_types');
