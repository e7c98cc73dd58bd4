"""What touches machines: recipe in, raw readings out."""
