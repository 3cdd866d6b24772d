"""What is claimed is measured here, beside a yardstick that does the same another way."""
