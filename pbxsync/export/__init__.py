"""Live tenants as tenant files."""
