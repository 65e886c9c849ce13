/** Http or https, with a host and without what may not be in front of a path: user name, query, fragment, white space. */
const absolute = /^https?:\/\/[^\s@?#/\\]+(?:\/[^\s?#\\]*)?$/i;
/** Of the site of a page. Without a slash or a dot at the start it could also be a host. */
const path = /^(?:\/|\.\.?\/)(?!\/)[^\s?#\\]*$/;

/**
 * The base of every call, without slashes at its end.
 *
 * @throws TypeError unless it is a string, RangeError for one that cannot be called
 */
export function parseBaseUrl(given: unknown): string {
  if (typeof given !== 'string') throw new TypeError(`baseUrl must be a URL, got ${typeof given}`);
  const text = given.trim();
  if (!path.test(text) && !(absolute.test(text) && isUrl(text))) {
    throw new RangeError(
      `baseUrl must be an http or https URL such as https://otp.example.com/api/v1, or in a page a path such as /api/v1, without user name, query and fragment; got "${redact(text)}"`,
    );
  }
  return text.replace(/\/+$/, '');
}

/** Some runtimes lack URL.canParse. */
function isUrl(text: string): boolean {
  try {
    new URL(text);
    return true;
  } catch {
    return false;
  }
}

/** Without what may be a secret. */
function redact(text: string): string {
  const shown = text.replace(/^([a-z]+:\/\/)?.*@/is, '$1…@').replace(/[?#].*$/s, '?…');
  return shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
}
