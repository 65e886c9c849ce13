/** The code of the error for a target that is not on the public internet. */
export const privateTarget = 'ERR_PRIVATE_TARGET';

/** The settings to look at, by what may be wrong. */
export interface ConnectionHints {
  /** Host and port. */
  address: string;
  /** Whether TLS is spoken from the first byte. */
  tls: string;
  /** The name that the certificate must hold. */
  certificateName: string;
}

const trust = "trust the authority that signed it through Node's NODE_EXTRA_CA_CERTS";

/**
 * Error codes of Node, of OpenSSL as Node names them, and of undici, each with what it means, where the name of a hint in braces
 * becomes the hint. The first that matches decides.
 */
const rows: readonly [code: RegExp, cause: string][] = [
  [/^ECONNREFUSED$/, 'the server refused the connection: check {address}'],
  [/^(ENOTFOUND|EAI_NODATA|EAI_NONAME|ENODATA)$/, 'the host name does not exist: check {address}'],
  [/^(EAI_\w+|EDNS)$/, 'the name server did not answer: check the DNS of this machine'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/, 'there is no route to the server: check network and firewall'],
  [
    /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
    'the server did not take the connection in time: check {address} and the firewall',
  ],
  [/^UND_ERR_\w+_TIMEOUT$/, 'the server did not answer in time'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'the server closed the connection'],
  [/^CERT_HAS_EXPIRED$/, "the server's certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, "the server's certificate is not valid yet: check the clock of this machine"],
  [/^CERT_REVOKED$/, "the server's certificate has been revoked"],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, `the server's certificate is self-signed: ${trust}`],
  [/^SELF_SIGNED_CERT_IN_CHAIN$/, `the server's certificate is signed by an authority of its own: ${trust}`],
  [
    /^(UNABLE_TO_\w+|CERT_UNTRUSTED|INVALID_CA)$/,
    `the server's certificate is signed by an unknown authority, or comes without the certificates in between: ${trust}`,
  ],
  [
    /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    "the server's certificate is for another name: check {certificateName}",
  ],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST)$/,
    'the server does not speak TLS at this port: check {tls}',
  ],
  [
    /^(ERR_SSL_\w*(VERSION|PROTOCOL|CIPHER)\w*|EPROTO)$/,
    'the server and this program have no version or cipher of TLS in common',
  ],
  [/^ERR_SSL_\w*CERTIFICATE\w*$/, 'the server asks for a certificate of this program, or refuses it'],
  [/^(CERT_|CRL_|ERR_TLS_|ERR_SSL_)/, 'the server could not be reached over TLS'],
];

/** What the error code of a connection means and what to look at; undefined for an unknown code. */
export function explainConnection(code: string | undefined, hints: ConnectionHints): string | undefined {
  if (code === undefined) return undefined;
  const [, cause] = rows.find(([pattern]) => pattern.test(code)) ?? [];
  return cause && `${cause.replace(/\{(\w+)\}/, (_, name: keyof ConnectionHints) => hints[name])} (${code})`;
}
