"""The frozen values that all stages share."""
