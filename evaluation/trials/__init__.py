"""Trial chats: talking to a variant, with or without a classifier as a gate on either side."""
