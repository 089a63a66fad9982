"""What an apply did, before it did it; read back; and taken back."""
