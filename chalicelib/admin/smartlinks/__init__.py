"""Smartlinks: settings, publishers, simulation and warnings."""
