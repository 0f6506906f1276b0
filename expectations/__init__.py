"""Gates between computed and published numbers. Great Expectations is imported here only."""
