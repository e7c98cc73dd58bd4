"""What `pressloop check` asks before the first stack. Nothing here moves anything."""
