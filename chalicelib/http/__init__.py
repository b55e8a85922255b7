"""Request handling: dispatch, parsing, authentication, models, problems, transactions."""
