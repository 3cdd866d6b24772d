DELETE FROM staged_interruptions
WHERE row_number IN (SELECT row_number FROM refusals WHERE staged = 'interruptions');
