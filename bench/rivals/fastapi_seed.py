"""A stateless passcode API on FastAPI: code = HMAC-SHA-256(secret + identity + window), HS256 token after a verify.

Re-created from a description: no memory, so no single use and no cap on guesses. Its rate limiter is off.
With BENCH_THREADS=1 the routes are plain functions, which FastAPI runs in threads, as blocking delivery needs.
"""

import base64
import functools
import hashlib
import hmac
import json
import os
import time

import uvicorn
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

SECRET = os.environ["OTP_SECRET_KEY"].encode()
JWT_SECRET = os.environ["JWT_SECRET"].encode()
CODES_FILE = os.environ["BENCH_CODES_FILE"]
WINDOW_SECONDS, DRIFT, TOKEN_SECONDS = 300, 1, 900


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


HEADER = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())


def derive_code(identity: str, window: int) -> str:
    mac = hmac.new(SECRET, f"{identity}{window}".encode(), hashlib.sha256).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 1_000_000).zfill(6)


def current_window() -> int:
    return int(time.time()) // WINDOW_SECONDS


def sign(text: str) -> str:
    return encode(hmac.new(JWT_SECRET, text.encode(), hashlib.sha256).digest())


def issue_token(identity: str) -> str:
    now = int(time.time())
    claims = {"sub": identity, "iat": now, "exp": now + TOKEN_SECONDS}
    text = f"{HEADER}.{encode(json.dumps(claims).encode())}"
    return f"{text}.{sign(text)}"


def check_token(token: str):
    try:
        text, signature = token.rsplit(".", 1)
        if not hmac.compare_digest(sign(text), signature):
            return None
        claims = json.loads(decode(text.split(".")[1]))
    except ValueError:
        return None
    return claims if claims["exp"] > time.time() else None


class RequestBody(BaseModel):
    identity: str


class VerifyBody(BaseModel):
    identity: str
    otp: str


class RequestAnswer(BaseModel):
    success: bool
    message: str
    ttl_seconds: int


class VerifyAnswer(BaseModel):
    success: bool
    access_token: str
    token_type: str = "bearer"
    expires_in: int = TOKEN_SECONDS


app = FastAPI()


def serve(function):
    """FastAPI awaits a coroutine function in place, and runs a plain one in a thread."""
    if os.environ.get("BENCH_THREADS") == "1":
        return function

    @functools.wraps(function)
    async def on_the_loop(*args, **kwargs):
        return function(*args, **kwargs)

    return on_the_loop


@app.post("/api/v1/otp/request", response_model=RequestAnswer)
@serve
def request_otp(body: RequestBody):
    code = derive_code(body.identity, current_window())
    if body.identity.startswith("v"):
        with open(CODES_FILE, "a") as file:
            file.write(f"{body.identity} {code}\n")
    left = WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS
    return RequestAnswer(success=True, message="OTP sent successfully.", ttl_seconds=left)


@app.post("/api/v1/otp/verify", response_model=VerifyAnswer)
@serve
def verify_otp(body: VerifyBody):
    window = current_window()
    for drift in range(-DRIFT, DRIFT + 1):
        if hmac.compare_digest(derive_code(body.identity, window + drift), body.otp):
            return VerifyAnswer(success=True, access_token=issue_token(body.identity))
    raise HTTPException(status_code=401, detail="Invalid or expired OTP")


@app.get("/api/v1/token/verify")
@serve
def verify_bearer(authorization: str = Header("")):
    claims = check_token(authorization.removeprefix("Bearer "))
    if claims is None:
        raise HTTPException(status_code=401, detail="Invalid token")
    return {"active": True, "claims": claims}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="warning", access_log=False)
