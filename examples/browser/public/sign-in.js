const { OTPClient } = StatelessOTP;
const client = new OTPClient({ baseUrl: '/api/v1', storage: sessionStorage });
const [requestForm, verifyForm] = document.forms;
const status = document.querySelector('#status');

function explain({ code, attemptsLeft, retryAfterSeconds }) {
  if (code === 'invalid_code') return `That is not the code. ${attemptsLeft} attempts are left.`;
  if (code === 'expired_code') return 'This code has expired. Ask for a new one.';
  if (retryAfterSeconds !== null) return `Try again in ${retryAfterSeconds} seconds.`;
  return `That did not work (${code}).`;
}

/** Runs a call when the form is sent, and says what became of it. */
function onSubmit(form, run) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.textContent = await run().catch(explain);
  });
}

onSubmit(requestForm, async () => {
  const { codeLength } = await client.requestOTP(requestForm.identity.value, { bind: true });
  verifyForm.hidden = false;
  verifyForm.otp.focus();
  return `A code of ${codeLength} digits is on its way.`;
});

onSubmit(verifyForm, async () => {
  await client.verifyOTP(requestForm.identity.value, verifyForm.otp.value);
  const token = await client.getAccessToken();
  const response = await fetch('/me', { headers: { Authorization: `Bearer ${token}` } });
  const { identity } = await response.json();
  return `Signed in as ${identity}.`;
});
