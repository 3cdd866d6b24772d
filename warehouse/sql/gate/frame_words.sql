SELECT row_number, said FROM measured_words ORDER BY row_number;
