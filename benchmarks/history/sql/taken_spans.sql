SELECT key_no, epoch_us(valid_from) AS valid_from, epoch_us(valid_to) AS valid_to, price::DOUBLE AS price,
       upfront::DOUBLE AS upfront
FROM spans
