"""The Lambda function: `Handler: hooks.function.handler`.

If QUEUE_URL names an SQS queue, webhooks are put there and answered at once. The same function then
gets them from the queue and stores them. Without a queue, webhooks are stored before the answer.
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
    handler = Router(Adapter(create_app(database, accept=jobs.put)))
    handler.on("sqs", jobs.worker(database.add))
else:
    handler = Router(Adapter(create_app(database)))
