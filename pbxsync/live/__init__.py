"""Live state: what the PBX holds, read as destinations in the form that desired ones have too."""
