/** A host that an https or http origin can have: a name in ASCII, or an address. */
const webHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
/** Applications and browser extensions: the scheme is theirs, the host is a name, an id or a dot. */
const appOrigin = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9._-]+(?::[0-9]{1,5})?$/;
/** Schemes whose origins browsers write in another form, or never send. */
const neverSent = /^(?:https?|wss?|ftp|file|data|blob|about|javascript)$/;
/** What web views that load their page from a file send. */
const fileOrigin = 'file://';

/** Whether browsers send exactly this for pages of a web server (RFC 6454 §6.2): no capitals, path or default port. */
export function isWebOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { origin, hostname } = new URL(text);
  return origin === text && webHost.test(hostname);
}

/** Whether an `Origin` header can hold this: of a web page, or of an application such as `capacitor://localhost`. */
export function isCallerOrigin(text: string): boolean {
  const [, scheme] = appOrigin.exec(text) ?? [];
  return isWebOrigin(text) || text === fileOrigin || (scheme !== undefined && !neverSent.test(scheme));
}

/** Whether `frame-ancestors` can name it: a web origin, or all hosts under a domain as `https://*.example.com`. */
export function isFrameSource(text: string): boolean {
  // The grammar of CSP3 §2.3.1 has no IPv6 addresses.
  return !text.includes('[') && isWebOrigin(text.replace(/^(https?:\/\/)\*\.(?=[^.*]+\.)/, '$1'));
}

/**
 * The host of an origin whose pages can be offered a code from an SMS.
 *
 * @throws RangeError for anything but the origin of an https page, or of http://localhost
 */
export function checkOriginHost(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === 'localhost');
  const isBare = url !== undefined && url.href === `${url.origin}/`;
  if (!url || !isWeb || !isBare || !/^[a-z0-9.-]*[a-z][a-z0-9.-]*$/.test(url.hostname)) {
    throw new RangeError(`origin must be the origin of a page such as https://example.com, got ${origin}`);
  }
  return url.hostname;
}
