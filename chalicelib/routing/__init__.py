"""The redirect: visitor, eligibility, choice of the offer, click record."""
