"""Checks of what stands in a bucket, one module a concern; `storage.verify` has their order."""
