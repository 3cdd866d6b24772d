-- A bulletin without its rate or time is refused, not passed over: the day would lose its last one.
SELECT
    dataHoraCotacao::DATE AS rate_date,
    arg_max(cotacaoVenda, dataHoraCotacao) AS units_per_usd
FROM (
    SELECT
        CASE WHEN cotacaoVenda IS NULL OR dataHoraCotacao IS NULL THEN error('a bulletin has no rate or time')
             ELSE cotacaoVenda END AS cotacaoVenda,
        dataHoraCotacao
    FROM bulletins
)
GROUP BY rate_date
