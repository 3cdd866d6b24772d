INSERT OR IGNORE INTO first_snapshots BY NAME FROM older.first_snapshots;
