"""The HTTP event sources, one module each, with two inverse pairs of conversions.

Every source loses: hop-by-hop headers, the client's port, where one Cookie header ended and the
next began, and the position of Cookie and Content-Length among the headers. The client's address is
added to X-Forwarded-For. API Gateway, Function URLs and load balancers replace the client's
X-Amzn-Trace-Id, X-Forwarded-Port and X-Forwarded-Proto. A reply loses Content-Length, hop-by-hop
headers and the headers that Connection names. What else a source decodes or loses is written at the
top of its module.
"""
