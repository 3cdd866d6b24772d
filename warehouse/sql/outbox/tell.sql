INSERT INTO told (rule, key, told_at) VALUES (:rule, :key, :moment)
ON CONFLICT (rule, key) DO UPDATE SET told_at = excluded.told_at;
