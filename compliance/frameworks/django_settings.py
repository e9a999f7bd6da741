"""Settings for Django's own runtests.py: SQLite, and the runner that records the results.

cd tests && python runtests.py --settings compliance.frameworks.django_settings test_client
"""

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3"},
    "other": {"ENGINE": "django.db.backends.sqlite3"},
}
SECRET_KEY = "not a secret"  # noqa: S105 - signs only the cookies of tests
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "compliance.frameworks.django_runner.Runner"
