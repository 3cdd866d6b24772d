-- What made the views and macros of this warehouse.
SELECT comment FROM duckdb_tables() WHERE table_name = 'recipe' AND database_name = current_database();
