"""What the objects of the PBX that pbxsync manages look like: data and small functions, without input or output."""
