"""Payment orders: their lifecycle, the difference law, approval and reissue."""
