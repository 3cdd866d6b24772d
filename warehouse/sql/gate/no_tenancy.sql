-- Where nothing is asked there is nothing to vote on.
CREATE OR REPLACE TEMP TABLE tenancy_verdicts (
    instance_type VARCHAR, region VARCHAR, operating_system VARCHAR, price DOUBLE, verdict VARCHAR, reason VARCHAR,
    likely_price DOUBLE
);
