-- Offers by their numbers in the table.
SELECT o.rowid AS number, o.*
FROM offers AS o
JOIN (SELECT unnest($numbers::BIGINT[]) AS number) AS w ON o.rowid = w.number;
