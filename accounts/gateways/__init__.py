"""Where people's accounts meet other companies: sign-in with their accounts, text messages."""
