"""Publishers, their API keys and campaign approvals."""
