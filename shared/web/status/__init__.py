"""The status page, the same in every service: `/status` shows what `GET /v1/status` returns; the page itself holds no data."""
