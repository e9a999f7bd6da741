"""Stores: keep the leases and replies of `once`.

Public names are loaded on first access (PEP 562), and each store imports its library (sqlite3,
boto3, Powertools) when it is used.
"""

from typing import TYPE_CHECKING

__all__ = [
    "Busy",
    "DynamoDBStore",
    "Finished",
    "Leased",
    "MemoryStore",
    "PowertoolsStore",
    "SQLiteStore",
    "Store",
]

if TYPE_CHECKING:
    from lambda_adapters.webhooks.stores.dynamodb import DynamoDBStore
    from lambda_adapters.webhooks.stores.memory import MemoryStore
    from lambda_adapters.webhooks.stores.powertools import PowertoolsStore
    from lambda_adapters.webhooks.stores.sqlite import SQLiteStore
    from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased, Store
else:
    from lambda_adapters.lazy_names import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "lambda_adapters.webhooks.stores.dynamodb": ["DynamoDBStore"],
            "lambda_adapters.webhooks.stores.memory": ["MemoryStore"],
            "lambda_adapters.webhooks.stores.powertools": ["PowertoolsStore"],
            "lambda_adapters.webhooks.stores.sqlite": ["SQLiteStore"],
            "lambda_adapters.webhooks.stores.store": ["Busy", "Finished", "Leased", "Store"],
        },
    )
