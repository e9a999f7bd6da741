"""The Lambda function: `Handler: hooks.function.handler`.

Where QUEUE_URL names an SQS queue, a webhook is put there and answered at once; the same function
takes it from the queue and stores it. Without one it is stored before it is answered.
"""

import os

from hooks.app import create_app
from hooks.database import Database, url_from_environment
from lambda_adapters.webhooks import later
from wsgi_lambda import Adapter, Router

database = Database(url_from_environment())
queue_url = os.environ.get("QUEUE_URL")
if queue_url:
    jobs = later(queue_url)
    handler = Router(Adapter(create_app(database, take=jobs.put)))
    handler.on("sqs", jobs.worker(database.add))
else:
    handler = Router(Adapter(create_app(database)))
