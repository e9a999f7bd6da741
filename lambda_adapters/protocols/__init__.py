"""The two protocols of Python web apps: requests and replies as ASGI and as WSGI, both ways."""
