"""A passcode handler on Django and django-redis: a five-digit code in the cache for 120 s behind a keyed hash.

Re-created from a description. It issues no token; a right code answers "valid".
"""

import hashlib
import hmac
import json
import os
import random

from django.conf import settings

settings.configure(
    SECRET_KEY=os.environ["JWT_SECRET"],
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": os.environ["REDIS_URL"],
            "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
        }
    },
)

import django  # noqa: E402

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

KEY = os.environ["OTP_SECRET_KEY"].encode()
CODES_FILE = os.environ["BENCH_CODES_FILE"]
LIFE_SECONDS, MAX_ATTEMPTS = 120, 3
STATUS = {"valid": 200, "invalid": 401, "expired": 410, "blocked": 429}


def hash_identity(identity: str) -> str:
    return hmac.new(KEY, identity.encode(), hashlib.sha256).hexdigest()


def request_otp(request):
    identity = json.loads(request.body)["identity"]
    name = hash_identity(identity)
    if cache.get(f"otp_{name}"):
        return JsonResponse({"status": "pending", "message": "OTP already sent. Please wait."}, status=409)
    code = str(random.randint(10000, 99999))
    cache.set(f"otp_{name}", code, timeout=LIFE_SECONDS)
    if identity.startswith("v"):
        with open(CODES_FILE, "a") as file:
            file.write(f"{identity} {code}\n")
    return JsonResponse({"success": True, "message": "OTP sent successfully.", "ttl_seconds": LIFE_SECONDS})


def verify_otp(request):
    body = json.loads(request.body)
    status = judge(hash_identity(body["identity"]), body["otp"])
    return JsonResponse({"status": status}, status=STATUS[status])


def judge(name: str, otp: str) -> str:
    stored = cache.get(f"otp_{name}")
    cache.add(f"otp_attempts_{name}", 0, timeout=LIFE_SECONDS)
    if cache.incr(f"otp_attempts_{name}") > MAX_ATTEMPTS:
        return "blocked"
    if not stored:
        return "expired"
    if stored != otp:
        return "invalid"
    cache.delete(f"otp_{name}")
    cache.delete(f"otp_attempts_{name}")
    return "valid"


urlpatterns = [path("api/v1/otp/request", request_otp), path("api/v1/otp/verify", verify_otp)]
application = WSGIHandler()
