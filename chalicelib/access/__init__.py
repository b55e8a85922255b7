"""Access of publishers: memberships, applications, campaign approvals, terms, API keys."""
