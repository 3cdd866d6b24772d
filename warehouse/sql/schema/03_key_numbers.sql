CREATE SEQUENCE key_numbers;
