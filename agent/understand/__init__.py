"""A question becomes a reading: what is asked, about which things, under which conditions."""
