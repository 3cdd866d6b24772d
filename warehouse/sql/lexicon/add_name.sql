INSERT INTO names (name, id, own) VALUES (:name, :id, :own)
ON CONFLICT (name, id) DO UPDATE SET own = max(own, excluded.own);
