-- Machines whose parts are not all in the price list, for the log.
SELECT count(DISTINCT instance_type) AS machines,
       list_sort(list_distinct(flatten(list(from_json(attributes->'missing', '["VARCHAR"]'))))) AS missing_parts
FROM (SELECT instance_type, attributes::JSON AS attributes FROM composed WHERE price = 0)
