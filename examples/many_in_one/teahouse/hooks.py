"""Webhooks, a Flask app: `Handler: teahouse.hooks.handler`.

Its routes do not contain the prefix at which it is mounted. The sender signs the bytes of the body
with HOOK_SECRET: the header x-signature is the HMAC-SHA256 of the body in hexadecimal digits.
"""

import hashlib
import hmac
import json
import os

from flask import Flask, Response, request, url_for

from wsgi_lambda import Adapter

app = Flask(__name__)


@app.post("/payments")
def accept_payment() -> tuple[dict[str, str], int] | Response:
    secret = os.environ.get("HOOK_SECRET")
    if not secret:  # with an empty secret, any client could sign
        raise RuntimeError("Expected HOOK_SECRET in the environment, got none.")
    expected = hmac.digest(secret.encode(), request.get_data(), hashlib.sha256).hex()
    if not hmac.compare_digest(expected.encode(), request.headers.get("x-signature", "").encode()):
        return {"error": "The signature is not that of this body."}, 403
    print(json.dumps({"paid": len(request.get_data())}))
    return {"thanks": url_for("accept_payment")}, 200


handler = Adapter(app)
