-- The columns of each of the snapshot's own tables and views.
SELECT table_name, list(column_name ORDER BY column_name) AS names, list(data_type ORDER BY column_name) AS types
FROM duckdb_columns()
WHERE NOT internal
GROUP BY table_name
ORDER BY table_name;
