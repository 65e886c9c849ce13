from django.urls import path

import views

urlpatterns = [
    path("otp/generate/", views.generate),
    path("otp/verify/", views.verify),
]
