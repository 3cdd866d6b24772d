-- Without spot prices the price list need not be read.
CREATE OR REPLACE TEMP TABLE spot_ratios (row_number BIGINT, on_demand DECIMAL(20, 10), spot_ratio DOUBLE);
