"""Finds what would stop a plan, one check after the other, from the project file to how the PBX answers.

Every request is a read.
"""
