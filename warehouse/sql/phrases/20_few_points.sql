-- As few_of, of things that have commas in them.
CREATE OR REPLACE TEMP MACRO few_points(list, n, language) AS points_text(list[1:n], len(list), language);
