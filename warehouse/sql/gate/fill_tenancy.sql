-- A refused row stands in for the shared price, which it says nothing of. Machines of other providers
-- are shared: their dedicated hosts are products of other names.
UPDATE staged_prices AS s
SET tenancy = coalesce(
    (SELECT f.verdict FROM tenancy_findings AS f WHERE f.row_number = s.row_number AND f.verdict = 'dedicated'),
    'shared'
)
WHERE s.category = 'compute' AND s.tenancy IS NULL AND s.instance_type IS NOT NULL;
