"""Learned weights: scheduler, job, inputs, model and history."""
