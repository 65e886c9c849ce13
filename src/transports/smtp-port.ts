import { maxPort } from '../core/port.js';
export const smtpPorts = { min: 1, max: maxPort };

/**
 * Whether servers speak TLS from the first byte on this port: on 465 by RFC 8314 §3.3, and on 2465 at Amazon SES and
 * others (https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html).
 */
export function isTlsPort(port: number | undefined): boolean {
  return port === 465 || port === 2465;
}

/**
 * Port and TLS of a mail server, by the conventions of RFC 8314 §3.3 and RFC 6409 §3.1.
 *
 * @throws RangeError when they contradict each other
 */
export function resolvePort(port: number | undefined, secure: boolean | undefined) {
  if (port === 465 && secure === false) {
    throw new RangeError(
      'secure must not be false with port 465, where servers speak TLS from the first byte',
    );
  }
  if ((port === 587 || port === 25) && secure === true) {
    throw new RangeError(
      `secure must not be true with port ${port}, where servers begin in the clear, with STARTTLS`,
    );
  }
  const isSecure = secure ?? isTlsPort(port);
  return { port: port ?? (isSecure ? 465 : 587), secure: isSecure };
}
