/** The kind of server that failed: each has settings of its own. */
export type Peer = 'server' | 'sentinel';

/**
 * Patterns of error messages of Redis or Node, and what each means for the operator, where `$1` becomes the group of the
 * pattern. Reasons never quote a command. The first that matches holds.
 */
function compile(reasons: Record<string, string>): (readonly [pattern: RegExp, reason: string])[] {
  return Object.entries(reasons).map(([pattern, reason]) => [new RegExp(pattern), reason]);
}

const seeRights = 'see "A user with few rights" in docs/redis.md';

const sentinelReasons = compile({
  NOAUTH:
    'Sentinel asks for a password (NOAUTH): set REDIS_SENTINEL_PASSWORD (sentinelPassword), or REDIS_PASSWORD (password) if it is the same',
  WRONGPASS:
    'Sentinel refuses the user or password (WRONGPASS): check REDIS_SENTINEL_PASSWORD (sentinelPassword), without which REDIS_PASSWORD is used, and REDIS_SENTINEL_USERNAME (sentinelUsername)',
  NOPERM: 'the user of Sentinel may not ask for the master (NOPERM): allow +sentinel',
  'No such master|invalid reply: null':
    'Sentinel knows no master of the name in REDIS_URL (url): the form is redis+sentinel://host,host/name',
  'unknown command':
    'this is not a Sentinel: REDIS_URL (url) leads to a Redis, which takes redis://, or to the wrong port',
});

const serverReasons = compile({
  NOAUTH: 'it asks for a password (NOAUTH): set REDIS_PASSWORD (password)',
  WRONGPASS:
    'it refuses the user or password (WRONGPASS): check REDIS_PASSWORD (password) and the user in REDIS_URL (url)',
  "NOPERM.*\\bkeys?\\b|can't access at least one of the keys": `the user may not use keys with our prefix (NOPERM): allow ~ with REDIS_KEY_PREFIX (keyPrefix) and *; ${seeRights}`,
  "NOPERM.*'([\\w|]+)'": `the user may not run $1 (NOPERM): allow +$1; ${seeRights}`,
  "NOPERM|user executing the script can't run": `the user may not run a command that scripts use (NOPERM): allow +get +set +del +time +info; ${seeRights}`,
  UNFENCED: 'it is no longer the master, or hides master_replid',
  'READONLY|MASTERDOWN': 'it is a replica (READONLY): REDIS_URL (url) must lead to the master',
  LOADING: 'it is still loading its data (LOADING): try again when that is done',
  CLUSTERDOWN: 'slots of the cluster have no server (CLUSTERDOWN): see CLUSTER INFO',
  '^(?:MOVED|ASK) ': 'it belongs to a cluster (MOVED): REDIS_URL (url) takes redis+cluster://host,host',
  'cluster support disabled':
    'it does not belong to a cluster: REDIS_URL (url) takes redis://, or redis+sentinel://',
  MISCONF: 'it cannot save its data and so takes no writes (MISCONF): see its log',
  'WRONGTYPE|Missing bytes in input|Bad data format|user_script:.*attempt to ':
    'a key with our prefix holds something else: let nothing else write keys that begin with REDIS_KEY_PREFIX (keyPrefix), and delete the key',
  '\\bOOM\\b': 'it is out of memory (OOM): raise maxmemory',
  NOREPLICAS: 'it has fewer replicas than it needs for writes (NOREPLICAS): see min-replicas-to-write',
  '\\bBUSY\\b': 'a script keeps it from answering (BUSY)',
  'max number of clients': 'it has as many clients as it takes: raise maxclients',
  'DENIED|protected mode':
    'it is in protected mode (DENIED): give it a password and set REDIS_PASSWORD (password)',
  "[Uu]nknown command ['`]?([\\w|]+)":
    'it does not know the command $1: a Sentinel takes redis+sentinel://; a Redis must be 6.2 or later and must not rename it',
  'DB index|SELECT is not allowed':
    'it has no database of the number in REDIS_URL (DB index is out of range)',
});

export const noConnection = 'there is no connection';
/** What `noConnection` means before the first connection. */
export const closedAtOnce =
  'it closed the connection: check whether it speaks TLS (rediss://) or not (redis://)';

const connectionReasons = compile({
  'ENOTFOUND \\?':
    'the cluster announces no host name: set cluster-announce-hostname, or cluster-preferred-endpoint-type ip',
  "^Cluster isn't ready":
    'the cluster announces no servers, or none of them can be reached: see CLUSTER SLOTS',
  'Command timed out|^timeout$|^Socket timeout': 'no answer within REDIS_TIMEOUT_MS (timeoutMs)',
  'connect ETIMEDOUT':
    'no connection within REDIS_TIMEOUT_MS (timeoutMs): check host, port, firewall, and whether it speaks TLS (rediss://)',
  'ECONNRESET|socket disconnected': closedAtOnce,
  'Unknown RESP type|Protocol error, got':
    'it does not speak the protocol of Redis: check host and port, and whether it speaks TLS (rediss://)',
  'wrong version number|packet length too long|record layer failure|http request':
    'it does not speak TLS: REDIS_URL (url) takes redis:// or another port',
  'DECODER routines|PEM routines|no start line|bad base64|key values mismatch':
    'ssl_certfile or ssl_keyfile of REDIS_URL (url) is not a certificate in PEM and its key',
  'alert certificate required|alert handshake failure':
    'it asks for a certificate: REDIS_URL (url) takes the options ssl_certfile and ssl_keyfile',
  '^Hostname/IP does not match':
    'its certificate is for other names than that in REDIS_URL (url), or than those that the cluster or Sentinel announces',
  'self[- ]signed certificate|unable to (?:verify|get)':
    'its certificate is signed by an unknown authority: set NODE_EXTRA_CA_CERTS, or the option ssl_ca_certs of REDIS_URL (url)',
});

/** Messages of ioredis that say only that there is no connection, not why. */
const empty =
  /^Connection is closed|^Connection is aborted|writeable|^Cluster isn't ready|retries per request|due to connection close|None of startup nodes|^Failed to refresh slots cache/;

/** Whether the error says why there is no connection. */
export function isTelling(error: unknown): boolean {
  return error instanceof Error && !empty.test(findInnermost(error).message);
}

/** One line for the operator, without any key, password or other argument of a command. */
export function explain(error: unknown, peer: Peer = 'server'): string {
  if (!(error instanceof Error)) return 'no reason given';
  const { message } = findInnermost(error);
  const quotesSentinel = /^All sentinels|sentinel \S+ (?:because|successfully)/.test(error.message);
  const isSentinel = peer === 'sentinel' || quotesSentinel;
  for (const [pattern, reason] of [...(isSentinel ? sentinelReasons : serverReasons), ...connectionReasons]) {
    const match = pattern.exec(message);
    if (match) return reason.replaceAll('$1', match[1] ?? '');
  }
  if (empty.test(message)) return noConnection;
  // Redis appends the arguments of the command.
  const [text = ''] = message.split(/\r?\n|,? with args beginning/);
  return text.slice(0, 100) || error.name;
}

/** For a cluster, the last node's error; for Sentinel, the last message, which ioredis quotes. */
function findInnermost(error: Error & { lastNodeError?: unknown }): { message: string } {
  if (error.lastNodeError instanceof Error) return error.lastNodeError;
  // Every address of a name failed; the error itself has no message.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  const [, last] = /^All sentinels are unreachable.*? Last error: (.*)$/s.exec(error.message) ?? [];
  return last === undefined ? error : { message: last };
}
