/** What the query of a Redis URL can say. */
export interface UrlOptions {
  database?: number | undefined;
  /** Which addresses of a name are used; 0 is any. */
  family: 0 | 4 | 6;
  /** The version of RESP that is spoken. */
  protocol: 2 | 3;
  tls?: boolean | undefined;
  sentinelTls?: boolean | undefined;
  /** Paths of PEM files: the authorities to trust instead of the usual ones, and the client certificate with its key. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
  /** The first option that means nothing without TLS. */
  needsTls?: string | undefined;
}

type Changes = Partial<UrlOptions>;
/** Undefined when the value is not allowed. */
type Parse = (value: string) => Changes | undefined;

const flags: Record<string, boolean> = { true: true, false: false, 1: true, 0: false };
const parseFlag = (value: string): boolean | undefined => flags[value.toLowerCase()];

/** Named by redis-py, go-redis and Lettuce for the same: a server whose certificate is not checked could be anybody's. */
const mustCheck =
  (isChecking: (value: string) => boolean): Parse =>
  (value) =>
    isChecking(value) ? {} : undefined;

const fromFile =
  (name: 'caFile' | 'certFile' | 'keyFile'): Parse =>
  (value) =>
    value === '' ? undefined : { [name]: value };

const database: Parse = (value) => (/^[0-9]{1,5}$/.test(value) ? { database: Number(value) } : undefined);
const tls: Parse = (value) => {
  const flag = parseFlag(value);
  return flag === undefined ? undefined : { tls: flag };
};

/** The options that are honoured, with what they allow. */
const honoured: Record<string, { allowed: string; parse: Parse; needsTls?: boolean }> = {
  db: { allowed: 'the number of a database', parse: database },
  database: { allowed: 'the number of a database', parse: database },
  family: {
    allowed: '0, 4 or 6',
    parse: (value) => (/^[046]$/.test(value) ? { family: Number(value) as UrlOptions['family'] } : undefined),
  },
  protocol: {
    allowed: '2 or 3',
    parse: (value) =>
      /^[23]$/.test(value) ? { protocol: Number(value) as UrlOptions['protocol'] } : undefined,
  },
  tls: { allowed: 'true or false', parse: tls },
  ssl: { allowed: 'true or false', parse: tls },
  sentinel_tls: {
    allowed: 'true or false',
    parse: (value) => {
      const sentinelTls = parseFlag(value);
      return sentinelTls === undefined ? undefined : { sentinelTls };
    },
  },
  ssl_cert_reqs: {
    allowed: '"required": certificates are always checked',
    parse: mustCheck((value) => /^(?:cert_)?required$/i.test(value)),
    needsTls: true,
  },
  ssl_check_hostname: {
    allowed: 'true: certificates are always checked',
    parse: mustCheck((value) => parseFlag(value) === true),
    needsTls: true,
  },
  skip_verify: {
    allowed: 'false: certificates are always checked',
    parse: mustCheck((value) => parseFlag(value) === false),
    needsTls: true,
  },
  ssl_ca_certs: { allowed: 'the path of a file', parse: fromFile('caFile'), needsTls: true },
  ssl_certfile: { allowed: 'the path of a file', parse: fromFile('certFile'), needsTls: true },
  ssl_keyfile: { allowed: 'the path of a file', parse: fromFile('keyFile'), needsTls: true },
};

const hints: [names: string[], hint: string][] = [
  [
    ['password', 'pass', 'auth', 'username', 'user'],
    'user and password come before the host, user:password@host, or from REDIS_PASSWORD (password)',
  ],
  [
    ['sentinel_password', 'sentinelpassword', 'sentinel_username', 'sentinelusername'],
    'set REDIS_SENTINEL_PASSWORD (sentinelPassword) and REDIS_SENTINEL_USERNAME (sentinelUsername)',
  ],
  [
    [
      ...['timeout', 'socket_timeout', 'socket_connect_timeout', 'connect_timeout', 'connecttimeout'],
      ...['commandtimeout', 'dial_timeout', 'read_timeout', 'write_timeout'],
    ],
    'set REDIS_TIMEOUT_MS (timeoutMs)',
  ],
  [['prefix', 'key_prefix', 'keyprefix'], 'set REDIS_KEY_PREFIX (keyPrefix)'],
  [['addr', 'host'], 'further hosts follow the first, with commas between them'],
  [
    ['name', 'master_name', 'master', 'service_name', 'sentinelmasterid', 'redis_sentinel'],
    'the name of the master follows the hosts: redis+sentinel://host,host/name',
  ],
];

/** @throws RangeError that names the option and never its value, which may be a password */
export function parseUrlOptions(query: string): UrlOptions {
  const options: UrlOptions = { family: 0, protocol: 3 };
  const seen = new Set<string>();
  for (const pair of query.split('&').filter(Boolean)) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const value = equals === -1 ? '' : pair.slice(equals + 1);
    if (seen.has(name)) throw new RangeError(`the option ${show(name)} of the Redis URL is given twice`);
    seen.add(name);
    const option = Object.hasOwn(honoured, name) ? honoured[name] : undefined;
    if (!option) throw new RangeError(refuseUnknown(name));
    const changes = option.parse(decodeValue(value) ?? '');
    if (!changes) throw new RangeError(`the option ${name} of the Redis URL must be ${option.allowed}`);
    if (changes.database !== undefined && (options.database ?? changes.database) !== changes.database) {
      throw new RangeError('the options db and database of the Redis URL differ');
    }
    if (changes.tls !== undefined && (options.tls ?? changes.tls) !== changes.tls) {
      throw new RangeError('the options tls and ssl of the Redis URL differ');
    }
    Object.assign(options, changes);
    if (option.needsTls) options.needsTls ??= name;
  }
  if ((options.certFile === undefined) !== (options.keyFile === undefined)) {
    throw new RangeError('the options ssl_certfile and ssl_keyfile of the Redis URL go together');
  }
  return options;
}

function refuseUnknown(name: string): string {
  const [, hint] = hints.find(([names]) => names.includes(name.toLowerCase())) ?? [];
  const known = `known are ${Object.keys(honoured).join(', ')}`;
  return `the option ${show(name)} of the Redis URL has no effect here; ${hint ?? known}`;
}

/** What does not look like a name may be part of a password. */
function show(name: string): string {
  return /^[A-Za-z][A-Za-z_-]{0,31}$/.test(name) ? name : `of ${name.length} characters`;
}

function decodeValue(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
