"""A world to try the pipeline on, and the upstreams that serve it."""
