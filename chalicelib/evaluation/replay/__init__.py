"""Off-policy evaluation of an edit from logged clicks."""
