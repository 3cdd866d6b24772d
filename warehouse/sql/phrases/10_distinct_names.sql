-- A list of names in one text, each once, in their order.
CREATE OR REPLACE TEMP MACRO distinct_names(names) AS
    array_to_string(
        list_filter(split(names, ', '), lambda name, i: list_position(split(names, ', '), name) = i), ', '
    );
