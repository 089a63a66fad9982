"""Live state: rows read from the PBX, as destinations in the form that desired ones have too."""
