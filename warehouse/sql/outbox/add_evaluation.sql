INSERT OR REPLACE INTO evaluations (snapshot, evaluated_at) VALUES (:snapshot, :moment);
