INSERT INTO batches BY NAME
SELECT
    $batch_id AS batch_id, $source AS source, $provider AS provider, $service AS service,
    $regions::VARCHAR[] AS regions, $purchase_options::VARCHAR[] AS purchase_options, $as_of AS as_of,
    $observed_at AS observed_at, $parser AS parser, $verdict AS verdict, $row_count AS row_count,
    $quarantined AS quarantined, $reasons AS reasons, $failures::VARCHAR[] AS failures,
    $payloads AS payloads, $price_count AS price_count;
