"""The same app for a WSGI server: `gunicorn hooks.wsgi:app`."""

from hooks.app import create_app
from hooks.database import Database, url_from_environment

app = create_app(Database(url_from_environment()))
