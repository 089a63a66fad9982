"""What could stop a plan, looked at one thing after the other: from the project file to how the PBX answers.

No check writes anything. All but one send reads; how a key is told to be read-only stands in `kinds.py`.
"""
