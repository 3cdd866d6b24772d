DELETE FROM staged_fx_rates
WHERE row_number IN (SELECT row_number FROM refusals WHERE staged = 'fx_rates');
