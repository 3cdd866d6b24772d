-- Every committed offer with its break-even: `breakeven_of` all machines.
CREATE OR REPLACE VIEW commitment_breakeven AS FROM breakeven_of(NULL::VARCHAR[]);
