"""What a pass needs before its first stage: context, clock, cluster, upstreams, channels, signed topics."""
