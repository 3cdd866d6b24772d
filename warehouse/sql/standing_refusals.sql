SELECT batch_id, row_count, quarantined, reasons, failures
FROM batches
QUALIFY verdict = 'refused' AND row_number() OVER (
    PARTITION BY source, provider, service, regions, purchase_options
    ORDER BY as_of DESC, observed_at DESC, batch_id DESC
) = 1
ORDER BY batch_id;
