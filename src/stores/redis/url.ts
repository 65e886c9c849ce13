import { isIP, isIPv6 } from 'node:net';
import { maxPort } from '../../core/port.js';
import { parseUrlOptions, type UrlOptions } from './url-options.js';

/** A parsed Redis URL. */
export interface Target extends UrlOptions {
  kind: 'single' | 'sentinel' | 'cluster';
  /** The servers or the Sentinels; empty for a socket. */
  hosts: Host[];
  socketPath: string | undefined;
  tls: boolean;
  /** Whether the Sentinels are reached over TLS. */
  sentinelTls: boolean;
  username: string | undefined;
  password: string | undefined;
  database: number;
  /** Sentinel's name of the master; empty without Sentinel. */
  masterName: string;
}

export interface Host {
  host: string;
  port: number;
}

const forms =
  'redis://host:port/database, rediss://… for TLS, redis+sentinel://host,host/name, redis+cluster://host,host or unix:///path';

const schemePattern =
  /^(?:(?:redis|valkey)(?<s>s)?(?:[+-](?<suffix>sentinel|cluster|socket|unix|tls|ssl))?|(?<unix>unix)):\/\//i;
const defaultPorts = { single: 6379, cluster: 6379, sentinel: 26_379 };

/** Whether the text starts like a Redis URL; the rest may be invalid. */
export function hasRedisScheme(url: string): boolean {
  return schemePattern.test(url);
}

/** @throws RangeError that says what is wrong without quoting anything that could belong to a password */
export function parseRedisUrl(url: string): Target {
  const { kind, isSocket, isTls, userInfo, servers, path, query } = splitUrl(url);
  const options = parseUrlOptions(query);
  const hosts = isSocket ? [] : parseHosts(servers, kind);
  if (isSocket && (servers !== '' || !/^\/./.test(path))) {
    throw refuse('names no socket; its path follows three slashes');
  }
  if (isSocket && options.tls) throw refuse('asks for TLS over a socket of this machine');
  const { family } = options;
  if (family !== 0 && (isSocket || hosts.some(({ host }) => isIP(host) !== 0 && isIP(host) !== family))) {
    throw refuse('has the option family, which goes with names and addresses of that family');
  }
  if (isTls && options.tls === false) throw refuse('asks for TLS and, by an option, for none');
  const tls = isTls || options.tls === true;
  if (!tls && options.needsTls)
    throw refuse(`has the option ${options.needsTls}, which needs TLS: rediss://`);
  const { database, masterName } = parsePath(isSocket ? '' : path, kind, options.database);
  if (kind !== 'sentinel' && options.sentinelTls !== undefined) {
    throw refuse('has the option sentinel_tls, which needs redis+sentinel://');
  }
  const [username, password] = parseUserInfo(userInfo);
  return {
    ...options,
    kind,
    hosts,
    socketPath: isSocket ? decode(path) : undefined,
    tls,
    sentinelTls: options.sentinelTls ?? tls,
    username,
    password,
    database,
    masterName,
  };
}

/** The parts of a URL, still percent-encoded. */
function splitUrl(url: string) {
  const { kind, isSocket, isTls, rest } = parseScheme(url);
  if (/[^\x21-\x7e]/.test(url)) throw refuse('has a space or another character that must be percent-encoded');
  const [, authority = '', path = '', query = '', fragment] =
    /^([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(rest) ?? [];
  if (fragment !== undefined) {
    const place = kind === 'sentinel' ? '; the name of the master follows a / instead' : '';
    throw refuse(`has a #; in a password it is written %23${place}`);
  }
  if (!isSocket && /@/.test(path + query)) {
    throw refuse('has an @ after the host; in a password / is written %2F and ? is written %3F');
  }
  const at = authority.lastIndexOf('@');
  const userInfo = authority.slice(0, Math.max(at, 0));
  // Otherwise a host could be mistaken for a part of the password and silently dropped.
  if (kind !== 'single' && /^[^:]*,|,.*@|@.*,/.test(userInfo)) {
    throw refuse(
      'has an @ between hosts: user and password come once, before the first; in a password @ is written %40',
    );
  }
  return { kind, isSocket, isTls, userInfo, servers: authority.slice(at + 1), path, query };
}

function parseScheme(url: string) {
  const match = schemePattern.exec(url);
  const { s, suffix = '', unix } = match?.groups ?? {};
  const word = suffix.toLowerCase();
  const isSocket = unix !== undefined || word === 'socket' || word === 'unix';
  if (!match || (isSocket && s)) throw refuse('begins differently');
  const kind: Target['kind'] = word === 'sentinel' || word === 'cluster' ? word : 'single';
  const isTls = s !== undefined || word === 'tls' || word === 'ssl';
  return { kind, isSocket, isTls, rest: url.slice(match[0].length) };
}

function parseHosts(text: string, kind: Target['kind']): Host[] {
  const hosts = text.split(',').map((host) => parseServer(host, defaultPorts[kind]));
  if (kind === 'single' && hosts.length > 1) {
    throw refuse('has several hosts, which takes redis+sentinel:// or redis+cluster://');
  }
  return hosts;
}

/** A name, an IPv4 address, or an IPv6 address in brackets, optionally with a zone (RFC 6874). */
function parseServer(text: string, defaultPort: number): Host {
  const match = /^(?:\[([0-9a-f:.]+)(?:%(?:25)?([\w.-]+))?\]|([a-z0-9._-]+))(?::([0-9]{1,5}))?$/i.exec(text);
  const [, address, zone, name, portText] = match ?? [];
  if (address === undefined && name === undefined) {
    throw refuse('has no host, or one that is not a name, an address or an IPv6 address in brackets');
  }
  if (address !== undefined && !isIPv6(address)) throw refuse('has brackets without an IPv6 address');
  const port = Number(portText ?? defaultPort);
  if (port < 1 || port > maxPort) throw refuse(`has a port that is not from 1 to ${maxPort}`);
  return { host: name ?? (zone === undefined ? `${address}` : `${address}%${zone}`), port };
}

/** `/database`; `/name` or `/name/database` with Sentinel; nothing for a cluster. */
function parsePath(path: string, kind: Target['kind'], byOption: number | undefined) {
  const parts = path.replace(/^\//, '').split('/');
  const masterName = kind === 'sentinel' ? decode(parts.shift() ?? '') : '';
  if (kind === 'sentinel' && masterName === '') throw refuse('does not name the master after the hosts');
  const [text = '', ...more] = parts;
  if (more.length > 0 || !/^[0-9]{0,5}$/.test(text)) {
    throw refuse('has a path that is not the number of a database');
  }
  const byPath = text === '' ? undefined : Number(text);
  const database = byPath ?? byOption ?? 0;
  if (byOption !== undefined && byOption !== database) throw refuse('names two databases');
  if (kind === 'cluster' && database !== 0) throw refuse('names a database, and a cluster has only 0');
  return { database, masterName };
}

function parseUserInfo(text: string): [username: string | undefined, password: string | undefined] {
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  return [decode(username) || undefined, decode(password) || undefined];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse('has a % that begins no percent-encoded character; itself it is written %25');
  }
}

function refuse(what: string): RangeError {
  return new RangeError(`a Redis URL is ${forms}; this one ${what}`);
}
