-- A batch judged again (after a region was added, say) is judged afresh.
DELETE FROM quarantine WHERE batch_id = $batch_id;
