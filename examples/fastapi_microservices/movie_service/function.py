"""The movie service as a Lambda function: `Handler: movie_service.function.handler`."""

from asgi_lambda import Adapter
from movie_service.app.main import app

handler = Adapter(app)
