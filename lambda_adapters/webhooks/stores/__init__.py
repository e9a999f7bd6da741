"""Stores: where `once` writes down which deliveries are under way and which are finished.

Importing them loads neither sqlite3 nor boto3 nor Powertools: a store loads its own when used.
"""

from lambda_adapters.webhooks.stores.dynamodb import DynamoDBStore
from lambda_adapters.webhooks.stores.memory import MemoryStore
from lambda_adapters.webhooks.stores.powertools import PowertoolsStore
from lambda_adapters.webhooks.stores.sqlite import SQLiteStore
from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased, Store

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
