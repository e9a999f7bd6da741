"""The HTTP event sources, one module each, with two inverse pairs of conversions.

Lost with every source: hop-by-hop headers, the client's port, where one Cookie header ended and the
next began, where Cookie and Content-Length stood among the headers. Its address is added to
X-Forwarded-For. With API Gateway, Function URLs and load balancers, put in place of what the client
sent: X-Amzn-Trace-Id, X-Forwarded-Port and X-Forwarded-Proto. Of a reply: Content-Length, hop-by-
hop headers and whatever Connection names. What else a source decodes or loses is written at the top
of its module.
"""
