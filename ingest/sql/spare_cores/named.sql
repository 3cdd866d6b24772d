-- Machines with the accelerator's canonical name. A part of a card (an A10 with 4 of its 24 GiB) counts as
-- that part of one. The memory is that of the data sheet where it is known: drivers report a little less.
WITH spelled(model, spelling) AS (
    VALUES
        ('HL-205', 'Gaudi1'), ('ct3', 'TPUv3'), ('ct3p', 'TPUv3'), ('ct5l', 'TPUv5e'), ('ct5lp', 'TPUv5e'),
        ('ct5p', 'TPUv5p'), ('ct6e', 'TPUv6e'), ('tpu7x', 'TPUv7'), ('V520', 'Radeon-Pro-V520'),
        ('RTX Pro 6000', 'RTX-PRO-6000'), ('RTX 5880', 'RTX5880-Ada'), ('5880', 'RTX5880-Ada'), ('MI-308X', 'MI308X'),
        ('INTEL ARRIA 10 GX 1150', 'Arria10'), ('Xilinx VU9p', 'VU9P')
),
named AS (
    SELECT
        m.*,
        CASE WHEN m.model = 'H100' AND m.memory_of_each BETWEEN 90 AND 95 THEN 'H100-NVL'
             ELSE canonical_accelerator(coalesce(s.spelling, m.model), m.memory_of_each) END AS accelerator
    FROM machines AS m
    LEFT JOIN spelled AS s USING (model)
)
SELECT
    n.* EXCLUDE (vendor_id, server_id, model, accelerators, memory_of_each),
    round(n.accelerators * CASE WHEN n.memory_of_each < 0.8 * a.memory_gib::DOUBLE
                                THEN n.memory_of_each / a.memory_gib::DOUBLE ELSE 1 END, 4) AS accelerator_count,
    coalesce(a.memory_gib::DOUBLE, n.memory_of_each) AS accelerator_memory_gib
FROM named AS n
LEFT JOIN accelerators AS a USING (accelerator)
