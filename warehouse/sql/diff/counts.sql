WITH
before AS (SELECT price_id, price, upfront FROM older.price_spans WHERE valid_to IS NULL),
after AS (SELECT price_id, price, upfront FROM newer.price_spans WHERE valid_to IS NULL)
SELECT 'prices' AS what, count(*) FILTER (b.price_id IS NULL) AS added, count(*) FILTER (a.price_id IS NULL) AS gone,
    count(*) FILTER ((a.price, a.upfront) IS DISTINCT FROM (b.price, b.upfront)
                     AND a.price_id IS NOT NULL AND b.price_id IS NOT NULL) AS changed
FROM before AS b FULL JOIN after AS a USING (price_id)
UNION ALL
SELECT 'machines', count(*) FILTER (b.instance_type IS NULL), count(*) FILTER (a.instance_type IS NULL),
    count(*) FILTER ((a.vcpus, a.memory_gib, a.accelerator, a.accelerator_count)
                     IS DISTINCT FROM (b.vcpus, b.memory_gib, b.accelerator, b.accelerator_count)
                     AND a.instance_type IS NOT NULL AND b.instance_type IS NOT NULL)
FROM older.instance_types AS b FULL JOIN newer.instance_types AS a USING (provider, instance_type)
UNION ALL
SELECT 'documents', count(*) FILTER (b.document_id IS NULL), count(*) FILTER (a.document_id IS NULL),
    count(*) FILTER (a.content_hash <> b.content_hash)
FROM older.documents AS b FULL JOIN newer.documents AS a USING (document_id)
UNION ALL
SELECT 'batches', count(*) FILTER (b.batch_id IS NULL), count(*) FILTER (a.batch_id IS NULL), 0
FROM older.batches AS b FULL JOIN newer.batches AS a USING (batch_id);
