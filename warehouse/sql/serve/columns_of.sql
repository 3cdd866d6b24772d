-- The columns of one table or view, in its order, with what they hold.
SELECT column_name, lower(data_type) AS type, comment
FROM duckdb_columns()
WHERE table_name = $table
ORDER BY column_index;
