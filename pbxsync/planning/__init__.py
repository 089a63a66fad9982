"""From desired and live destinations to a plan. What decides is pure: no input or output, no clock."""
