-- Machines of the catalog that are left out, because their price would be in parts missing.
SELECT count(DISTINCT instance_type) AS machines
FROM parts
WHERE instance_type NOT IN (SELECT instance_type FROM rows)
