"""Our own HTTP/1.1 client for one server: sockets, TLS, retries, a concurrency limit, deadlines. It knows nothing of PBXs.

Why there is one: a plan of a large fleet is tens of thousands of small requests to one host. Over a connection that is
already open, sending bytes and letting `http.client` read the reply takes a quarter less time than any library's pool. And
it is stricter: a reply whose end cannot be known is never taken for a whole one, and never for the answer to the next
request. `requests` finds proxy, CA bundle and pool, and sends nothing; `urllib3` opens each connection and verifies it.

What it refuses: redirects, plain http through a proxy, TLS that is not verified, replies over 32 MiB, replies that take
longer than the timeout in all (however lively their bytes are), ambiguous framing (lengths that contradict each other, any
transfer coding but `chunked`, headers that are not headers), and any content coding but one `gzip`. `tests/http` lists
what is accepted and what is refused, reply by reply.
"""
