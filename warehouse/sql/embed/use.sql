UPDATE projections
SET last_used = (SELECT max(last_used) + 1 FROM projections)
WHERE identity = $identity AND last_used <= (SELECT max(last_used) FROM projections WHERE identity <> $identity);
