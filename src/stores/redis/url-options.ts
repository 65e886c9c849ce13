/** The query of a Redis URL. */
export interface UrlOptions {
  database?: number | undefined;
  /** Address family to connect to; 0: any. */
  family: 0 | 4 | 6;
  /** Version of RESP. */
  protocol: 2 | 3;
  tls?: boolean | undefined;
  sentinelTls?: boolean | undefined;
  /** Paths of PEM files: the trusted authorities instead of the default ones, and the client certificate with its key. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
  /** The first option that makes no sense without TLS. */
  needsTls?: string | undefined;
}

interface Option {
  /** The field that it sets. Some options only ask for what is always done. */
  field?: Exclude<keyof UrlOptions, 'needsTls'>;
  allowed: string;
  /** Undefined when the value is not allowed. */
  parse(value: string): string | number | boolean | undefined;
  needsTls?: boolean;
}

const flags = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
const parseFlag = (value: string) => flags.get(value.toLowerCase());

const flag = { allowed: 'true or false', parse: parseFlag };
const file = { allowed: 'the path of a file', parse: (value: string) => value || undefined, needsTls: true };
const number = (allowed: string, pattern: RegExp) => ({
  allowed,
  parse: (value: string) => (pattern.test(value) ? Number(value) : undefined),
});
const database = number('the number of a database', /^[0-9]{1,5}$/);
/** Options of redis-py, go-redis and Lettuce. An unverified certificate could be anyone's. */
const mustVerify = (allowed: string, isVerifying: (value: string) => boolean): Option => ({
  allowed: `${allowed}: certificates are always checked`,
  parse: (value) => isVerifying(value) || undefined,
  needsTls: true,
});

const honoured: Record<string, Option> = {
  db: { field: 'database', ...database },
  database: { field: 'database', ...database },
  family: { field: 'family', ...number('0, 4 or 6', /^[046]$/) },
  protocol: { field: 'protocol', ...number('2 or 3', /^[23]$/) },
  tls: { field: 'tls', ...flag },
  ssl: { field: 'tls', ...flag },
  sentinel_tls: { field: 'sentinelTls', ...flag },
  ssl_cert_reqs: mustVerify('"required"', (value) => /^(?:cert_)?required$/i.test(value)),
  ssl_check_hostname: mustVerify('true', (value) => parseFlag(value) === true),
  skip_verify: mustVerify('false', (value) => parseFlag(value) === false),
  ssl_ca_certs: { field: 'caFile', ...file },
  ssl_certfile: { field: 'certFile', ...file },
  ssl_keyfile: { field: 'keyFile', ...file },
};

/** What to do instead of options that other clients have, by their names in lower case. */
const hints: Record<string, string> = {
  'password pass auth username user':
    'user and password come before the host, user:password@host, or from REDIS_PASSWORD (password)',
  'sentinel_password sentinelpassword sentinel_username sentinelusername':
    'set REDIS_SENTINEL_PASSWORD (sentinelPassword) and REDIS_SENTINEL_USERNAME (sentinelUsername)',
  'timeout socket_timeout socket_connect_timeout connect_timeout connecttimeout commandtimeout dial_timeout read_timeout write_timeout':
    'set REDIS_TIMEOUT_MS (timeoutMs)',
  'prefix key_prefix keyprefix': 'set REDIS_KEY_PREFIX (keyPrefix)',
  'addr host': 'further hosts follow the first, with commas between them',
  'name master_name master service_name sentinelmasterid redis_sentinel':
    'the name of the master follows the hosts: redis+sentinel://host,host/name',
};

/** @throws RangeError that names the option, but never its value, which may be a password */
export function parseUrlOptions(query: string): UrlOptions {
  const options: UrlOptions = { family: 0, protocol: 3 };
  const seen = new Set<string>();
  /** The name under which each field was set. */
  const setBy = new Map<string, string>();
  for (const pair of query.split('&').filter(Boolean)) {
    const [, name = pair, value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (seen.has(name)) throw new RangeError(`the option ${show(name)} of the Redis URL is given twice`);
    seen.add(name);
    const option = Object.hasOwn(honoured, name) ? honoured[name] : undefined;
    if (!option) throw new RangeError(refuseUnknown(name));
    const parsed = option.parse(decodeValue(value) ?? '');
    if (parsed === undefined) {
      throw new RangeError(`the option ${name} of the Redis URL must be ${option.allowed}`);
    }
    if (option.needsTls) options.needsTls ??= name;
    const { field } = option;
    if (field === undefined) continue;
    const other = setBy.get(field);
    if (other !== undefined && options[field] !== parsed) {
      throw new RangeError(`the options ${other} and ${name} of the Redis URL differ`);
    }
    setBy.set(field, name);
    Object.assign(options, { [field]: parsed });
  }
  if ((options.certFile === undefined) !== (options.keyFile === undefined)) {
    throw new RangeError('the options ssl_certfile and ssl_keyfile of the Redis URL go together');
  }
  return options;
}

function refuseUnknown(name: string): string {
  const [, hint] =
    Object.entries(hints).find(([names]) => names.split(' ').includes(name.toLowerCase())) ?? [];
  const known = `known are ${Object.keys(honoured).join(', ')}`;
  return `the option ${show(name)} of the Redis URL has no effect here; ${hint ?? known}`;
}

/** Anything that does not look like a name may be part of a password. */
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
