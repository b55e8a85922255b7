"""Publishers, their API keys, campaign approvals and terms."""
