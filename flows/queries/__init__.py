"""The read side: show, cite, trace, check and verify the content of a home."""
