-- The columns of some tables and views, in the order in which both are given, with what they hold.
SELECT
    table_name,
    list(column_name ORDER BY column_index) AS names,
    list(lower(data_type) ORDER BY column_index) AS types,
    list(coalesce(comment, '') ORDER BY column_index) AS comments
FROM duckdb_columns()
WHERE table_name IN (SELECT unnest($tables)) AND schema_name = 'main'
GROUP BY table_name
ORDER BY list_position($tables, table_name);
