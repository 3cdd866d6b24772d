-- The latest rate of every currency: what prices are compared with.
CREATE VIEW fx_latest AS FROM fx_latest_by('infinity'::TIMESTAMPTZ);
