DELETE FROM staged_prices
WHERE row_number IN (SELECT row_number FROM refusals WHERE staged = 'prices');
