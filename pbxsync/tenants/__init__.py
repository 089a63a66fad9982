"""Tenant files: found, loaded and checked; the desired state comes out, or all their problems at once."""
