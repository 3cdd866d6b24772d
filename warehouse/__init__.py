"""What we hold and how it is asked."""
