-- What the warehouse was made by, as one digest; the comment on the table says what made its views.
CREATE TABLE recipe (digest VARCHAR);
