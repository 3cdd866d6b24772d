-- Besides the vectors in force those that were last in force are kept, so that one can go back to them.
DELETE FROM projections
WHERE identity <> $identity
  AND identity NOT IN (
      SELECT identity FROM projections WHERE identity <> $identity ORDER BY last_used DESC LIMIT 1
  );
