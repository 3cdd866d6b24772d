CREATE OR REPLACE MACRO offers_as_of(moment) AS TABLE FROM offers_at(moment::TIMESTAMPTZ, moment::TIMESTAMPTZ);
