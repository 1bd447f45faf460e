"""The decision on a page: recording, signing, verifying."""
