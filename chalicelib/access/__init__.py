"""Access of publishers: memberships, applications, campaign approvals, API keys."""
