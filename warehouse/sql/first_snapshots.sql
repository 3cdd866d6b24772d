INSERT INTO first_snapshots SELECT batch_id, $snapshot FROM batches ANTI JOIN first_snapshots USING (batch_id);
