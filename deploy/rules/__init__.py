"""Rules of AWS that cfn-lint lacks: pure functions that report where a template would fail or lose data."""
