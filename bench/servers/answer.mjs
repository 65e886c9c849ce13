// What our service answers to a request for a code.
export const sentAnswer = {
  success: true,
  message: 'OTP sent successfully.',
  ttl_seconds: 300,
  resend_in_seconds: 0,
  code_length: 6,
  channel: 'email',
};
