"""The outside world becomes contracts: feeds in, staged batches out."""
