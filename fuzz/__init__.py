"""Fuzzing: every reader against mutated files (see docs/fuzzing.md). Not part of the package."""
