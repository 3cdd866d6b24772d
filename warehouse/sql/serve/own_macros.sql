-- Every macro that the snapshot was published with: whether it stands in a FROM, and its parameters.
SELECT function_name, function_type = 'table_macro' AS of_table, list_aggregate(parameters, 'string_agg', ', ') AS given
FROM duckdb_functions()
WHERE function_type IN ('macro', 'table_macro') AND NOT internal
ORDER BY ALL;
