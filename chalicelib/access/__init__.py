"""Who may run what: memberships, applications, campaign approvals, API keys."""
