-- The great circle between two points given in degrees.
CREATE OR REPLACE MACRO distance_km(latitude, longitude, other_latitude, other_longitude) AS
    round(2 * 6371 * asin(sqrt(
        power(sin(radians(other_latitude - latitude) / 2), 2)
        + cos(radians(latitude)) * cos(radians(other_latitude))
        * power(sin(radians(other_longitude - longitude) / 2), 2)
    )));
