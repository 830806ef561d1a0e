"""The few endpoints that a million people hit in an evening: one cached read and one group-committed write a session.

``docs/explanation/hot-path.md`` tells how the parts work together.
"""
