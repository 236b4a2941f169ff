"""Benchmarks: one module per hot job, each against what a user would pick instead.

``python -m benchmarks`` runs all of them, ``python -m benchmarks NAME`` one. A ratio of two things
measured side by side in one run travels better than a time, so each prints both.
"""
