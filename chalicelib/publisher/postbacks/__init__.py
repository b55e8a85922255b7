"""The publisher's postback subscriptions and deliveries."""
