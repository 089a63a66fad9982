"""An HTTP/1.1 client for one PBX: sockets, TLS, retries, a concurrency limit, deadlines. The one import of requests."""
