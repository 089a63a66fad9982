"""Tenant files: text with positions in, checked desired state out."""
