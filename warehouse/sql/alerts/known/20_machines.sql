CREATE OR REPLACE TEMP TABLE known_machines AS
SELECT DISTINCT provider, instance_type FROM newer.offers
UNION
SELECT DISTINCT provider, instance_type FROM older.offers;
