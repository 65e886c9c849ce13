import json

from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST

from otp_handler import OTPHandler


@require_POST
def generate(request):
    try:
        phone_number = json.loads(request.body)["phone_number"]
    except (KeyError, TypeError, ValueError):
        return HttpResponseBadRequest("phone_number is required")
    return JsonResponse(OTPHandler.generate_otp(phone_number))


@require_POST
def verify(request):
    try:
        body = json.loads(request.body)
        phone_number, otp_code = body["phone_number"], body["otp_code"]
    except (KeyError, TypeError, ValueError):
        return HttpResponseBadRequest("phone_number and otp_code are required")
    answer = OTPHandler.verify_otp(phone_number, otp_code)
    # With "valid", this is where your project signs the person in.
    return JsonResponse(answer)
