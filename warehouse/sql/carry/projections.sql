INSERT OR IGNORE INTO projections BY NAME FROM older.projections;
