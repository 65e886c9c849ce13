import { isWebHost } from './web-host.js';

/** Applications and browser extensions: a scheme of their own; the host is a name, an id or a dot. */
const appOrigin = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9._-]+(?::[0-9]{1,5})?$/;
/** Schemes whose origins browsers serialise differently or never send. */
const neverSent = /^(?:https?|wss?|ftp|file|data|blob|about|javascript)$/;
/** Sent by web views that load their page from a file. */
const fileOrigin = 'file://';

/** Whether this is the serialised origin of a web page (RFC 6454 §6.2): no capitals, path or default port. */
function isWebOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { origin, hostname } = new URL(text);
  return origin === text && isWebHost(hostname);
}

/** Whether this can be an `Origin` header, of a web page or of an application such as `capacitor://localhost`. */
export function isCallerOrigin(text: string): boolean {
  const [, scheme] = appOrigin.exec(text) ?? [];
  return isWebOrigin(text) || text === fileOrigin || (scheme !== undefined && !neverSent.test(scheme));
}

/** Whether `frame-ancestors` accepts it: a web origin, or a wildcard such as `https://*.example.com`. */
export function isFrameSource(text: string): boolean {
  // CSP3 §2.3.1 has no grammar for IPv6 addresses.
  return !text.includes('[') && isWebOrigin(text.replace(/^(https?:\/\/)\*\.(?=[^.*]+\.)/, '$1'));
}

/**
 * The host of an origin whose pages browsers can offer a code from an SMS.
 *
 * @throws RangeError unless it is the origin of an https page or of http://localhost
 */
export function checkOriginHost(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === 'localhost');
  const isBare = url !== undefined && url.href === `${url.origin}/`;
  const isName = (host: string) => isWebHost(host) && /^[a-z0-9.-]*[a-z][a-z0-9.-]*$/.test(host);
  if (!url || !isWeb || !isBare || !isName(url.hostname)) {
    throw new RangeError(`origin must be the origin of a page such as https://example.com, got ${origin}`);
  }
  return url.hostname;
}
