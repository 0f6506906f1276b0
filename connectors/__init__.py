"""What touches the world: one vendor a folder, meeting only in flows/."""
