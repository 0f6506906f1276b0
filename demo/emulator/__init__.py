"""The upstreams' HTTP APIs, emulated over a world's files."""
