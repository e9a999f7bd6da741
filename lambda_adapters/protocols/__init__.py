"""Convert requests and replies to the protocols of Python web apps, ASGI and WSGI, and back."""
