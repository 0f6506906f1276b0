"""The read side: what a home knows, shown, cited, traced, checked and verified."""
