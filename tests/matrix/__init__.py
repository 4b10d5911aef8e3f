"""A matrix of small programs: each source of data x each sink x each way between, with and without a sanitizer."""
