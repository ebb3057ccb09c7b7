"""Scenarios that come with zopa: YAML files, data only. See README.md beside this file."""
