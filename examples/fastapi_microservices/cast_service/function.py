"""The cast service as a Lambda function: `Handler: cast_service.function.handler`."""

from asgi_lambda import Adapter
from cast_service.app.main import app

handler = Adapter(app)
