/** How an address begins; WHATWG URLs also take backslashes, and https without any slash. */
const scheme = String.raw`(?:[A-Za-z][A-Za-z0-9+.-]*:[/\\]+|https?:)`;
/** Up to the next address of a list: passwords and queries may hold commas. */
const address = new RegExp(String.raw`(${scheme})((?:(?!,\s*${scheme}).)*)`, 'gis');
/** Settings that hold one address, even if it is written without its scheme. */
const addressName = /(?:^|_)(?:URL|HOST)$|^SIGN_IN_HOME$|^OTP_ORIGIN$/;

/** What may be shown of the value of a setting that is no secret: addresses without user, password, query and fragment. */
export function redactValue(name: string, text: string): string {
  const isBare = addressName.test(name) && text.search(address) !== 0;
  return isBare ? redactRest(text) : redactUrls(text);
}

export function redactUrls(text: string): string {
  return text.replace(address, (_, start: string, rest: string) => start + redactRest(rest));
}

function redactRest(rest: string): string {
  const at = rest.lastIndexOf('@');
  const end = rest.search(/[?#]/);
  // A query with an @ in it, or a password with a ?.
  if (end !== -1 && at > end) return '***';
  const host = at === -1 ? rest : `***@${rest.slice(at + 1)}`;
  return host.replace(/([?#]).+$/s, '$1***');
}
