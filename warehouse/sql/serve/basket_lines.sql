SELECT * REPLACE (price_id::VARCHAR AS price_id) FROM estimate($basket::JSON);
