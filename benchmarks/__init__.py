"""Benchmarks of pbxsync against baselines in the same run (`make bench`). README.md explains them."""
