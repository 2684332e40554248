"""A partner network that keeps a copy of what Let's Food publishes, and what shows that it stays in step."""
