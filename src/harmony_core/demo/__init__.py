"""The demo company: Northbridge Group, 24 months of an invented firm of four legal entities.

``data`` holds its frozen files; ``generator`` is the seeded program that writes them.
"""
