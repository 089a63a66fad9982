"""YAML text with places in, nodes and problems out. The one import of yaml."""
