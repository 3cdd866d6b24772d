-- Where no snapshot precedes: one that holds nothing.
CREATE TABLE older.offers AS FROM newer.offers LIMIT 0;
