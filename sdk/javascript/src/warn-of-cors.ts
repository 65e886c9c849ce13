/**
 * Tells the developer when the service answers, but the browser hides the answer from this page. The error that scripts get
 * does not say so, but a request without CORS does.
 */
export async function warnOfCors(baseUrl: string): Promise<void> {
  const { origin } = new URL(baseUrl, location.href);
  if (origin === location.origin) return;
  try {
    await fetch(new URL(baseUrl, location.href), { mode: 'no-cors', credentials: 'omit' });
  } catch {
    // The service does not answer at all.
    return;
  }
  console.warn(
    `<stateless-otp-sign-in>: ${origin} answers, but not to pages of ${location.origin}. Add this origin to CORS_ORIGINS.`,
  );
}

/** Tells the developer what no call can answer, such as an invalid `base-url`. */
export function warnOfMisuse(cause: unknown): void {
  console.warn('<stateless-otp-sign-in>:', cause);
}
