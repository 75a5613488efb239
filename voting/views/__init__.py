"""Pages: `participate` is for everybody, `facilitate` and `moderate` for those who run a conversation."""
