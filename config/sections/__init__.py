"""What may each part of an environment file say? One file per part, every default once."""
