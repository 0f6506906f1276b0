"""Gates between what was computed and what is shown. Great Expectations enters here alone."""
