"""All parts of the teahouse in one Lambda function: `Handler: function.handler`.

The targets are strings, so that an event imports only the part that handles it.
"""

from lambda_adapters import Router

handler = Router()
for path in ("/users", "/users/{proxy+}"):
    handler.route(path, "teahouse.users:handler")
for path in ("/orders", "/orders/{proxy+}"):
    handler.route(path, "teahouse.orders:handler")
handler.mount("/hooks", "teahouse.hooks:handler")
handler.on("schedule", "teahouse.health:handler")
handler.on("sns", "teahouse.scaling:handler")
handler.on("s3", "teahouse.audit:handler")
handler.on("sqs", "teahouse.queue:handler")
