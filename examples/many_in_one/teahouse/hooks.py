"""Webhooks of others, a Flask app: `Handler: teahouse.hooks.handler`.

It does not know where it is mounted. The sender signs the body, byte by byte, with HOOK_SECRET:
the header x-signature is the HMAC-SHA256 of the body as hexadecimal digits.
"""

import hashlib
import hmac
import json
import os

from flask import Flask, Response, request, url_for

from wsgi_lambda import Adapter

app = Flask(__name__)


@app.post("/payments")
def paid() -> tuple[dict[str, str], int] | Response:
    secret = os.environ.get("HOOK_SECRET")
    if not secret:  # an empty one would let in whoever signs with nothing
        raise RuntimeError("Expected HOOK_SECRET in the environment, got none.")
    expected = hmac.digest(secret.encode(), request.get_data(), hashlib.sha256).hex()
    if not hmac.compare_digest(expected.encode(), request.headers.get("x-signature", "").encode()):
        return {"error": "The signature is not that of this body."}, 403
    print(json.dumps({"paid": len(request.get_data())}))
    return {"thanks": url_for("paid")}, 200


handler = Adapter(app)
