-- The changes of spot and market prices before a day. List prices are not among them.
DELETE FROM past_spans
WHERE valid_to <= $horizon::DATE
  AND key_no IN (
      SELECT k.key_no
      FROM price_keys AS k
      JOIN sources AS s ON s.source = k.source
      WHERE k.purchase_option = 'spot' OR s.schedule = 'hourly'
  );
