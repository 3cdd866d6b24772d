-- What machines with so many GiB of memory for each vCPU are called.
CREATE OR REPLACE TEMP MACRO use_text(least, most, language) AS
    CASE
        WHEN least >= 6 THEN say(language, ' (memory-optimized)', ' (otimizada para memória)')
        WHEN most <= 2.5 THEN say(language, ' (compute-optimized)', ' (otimizada para computação)')
        WHEN least >= 3 AND most <= 5 THEN say(language, ' (general purpose)', ' (uso geral)')
        ELSE ''
    END;
