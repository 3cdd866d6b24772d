-- A name without case, accents and punctuation: `D4s v3` → `d4sv3`.
CREATE OR REPLACE TEMP MACRO fold(name) AS regexp_replace(lower(strip_accents(name)), '[^a-z0-9]', '', 'g');
