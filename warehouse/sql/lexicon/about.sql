SELECT name, value FROM about;
