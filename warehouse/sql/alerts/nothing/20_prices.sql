CREATE TABLE older.prices AS SELECT price_id, valid_to FROM newer.prices LIMIT 0;
