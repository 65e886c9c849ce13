"""The settings of Django. What is about codes is in the settings of the service: docs/django.md."""

import os
import secrets

#: Of the service, which only this project has to reach.
OTP_URL = os.environ.get("OTP_URL", "http://localhost:8000/api/v1")
#: A key of ``stateless-otp secret --api-key django``, where the service asks for one.
OTP_API_KEY = os.environ.get("OTP_API_KEY")

# Signs nothing in this example.
SECRET_KEY = secrets.token_hex(32)
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "urls"
# There are no cookies here that another site could use, so nothing has to check where a request is from.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
