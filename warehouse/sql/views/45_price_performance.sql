-- What a machine's benchmark points cost. Scores of which less is better have no price per point.
CREATE OR REPLACE VIEW price_performance AS
SELECT
    o.price_id, o.provider, o.instance_type, o.operating_system, o.tenancy, o.region, o.zone, o.purchase_option,
    o.price_type, o.term_months, o.payment, b.benchmark, b.configuration, b.score, b.unit AS score_unit,
    b.higher_is_better, o.price_usd_hour,
    CASE WHEN b.higher_is_better THEN 1000 * o.price_usd_hour::DOUBLE / b.score END AS usd_per_1000_points,
    o.source, o.source_url, b.source AS benchmark_source, o.as_of
FROM offers AS o
JOIN benchmarks AS b USING (provider, instance_type);
