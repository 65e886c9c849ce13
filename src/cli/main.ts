#!/usr/bin/env node

import { parseArgs } from 'node:util';
import { nameForm, namePattern } from '../core/policy.js';
import { OtpError } from '../errors.js';
import { apiKeyHeader, callerRights } from '../http/api-keys.js';
import { findRightsFault } from '../options/api-keys.js';
import { generateApiKey, generateSecretKey } from '../otp.js';
import { version } from '../version.js';
import { FailedError, print, wrongUsage } from './command.js';
import { type LoadedConfig, loadConfig, parseGiven, readEnvFile, type SettingsFile } from './config.js';
import { formatHelp } from './help.js';
import { findIdentityTag } from './identity-tag.js';
import { runKeys } from './keys.js';
import { operate } from './operate.js';
import { prepare } from './prepare.js';
import { sayAllowed } from './say.js';

/** The commands, and how many words may follow each. */
const commands: Readonly<Record<string, number>> = {
  serve: 0,
  check: 0,
  'send-test': 1,
  identity: 2,
  secret: 0,
  keys: 1,
};
/** The options of all commands, and of those that go with some only, which. */
const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  config: { type: 'string' },
  'api-key': { type: 'string', of: ['secret'] },
  'introspect-client': { type: 'string', of: ['secret'] },
  connect: { type: 'boolean', of: ['check'] },
  channel: { type: 'string', of: ['send-test'] },
  file: { type: 'string', of: ['keys'] },
  alg: { type: 'string', of: ['keys'] },
  now: { type: 'boolean', of: ['keys'] },
  url: { type: 'string', of: ['identity'] },
  'key-file': { type: 'string', of: ['identity'] },
  force: { type: 'boolean', of: ['identity'] },
  json: { type: 'boolean', of: ['check', 'identity'] },
  'price-sms': { type: 'string', of: ['check'] },
  'max-odds': { type: 'string', of: ['check'] },
  'max-bill': { type: 'string', of: ['check'] },
} as const;

const exitCodes = { well: 0, failed: 1, wrong: 2 };

const parse = (args: string[]) => parseArgs({ args, allowPositionals: true, options });
type Values = ReturnType<typeof parse>['values'];

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return print(formatHelp(positionals[0]));
  if (values.version) return print(`${version}\n`);
  const [command = 'serve', ...rest] = positionals;
  checkUsage(command, rest, values);
  if (command === 'secret') return print(formatSecrets(values));
  if (command === 'identity' && rest[0] !== 'tag') {
    return print(await operate(rest, values));
  }
  const file = readEnvFile(values.config);
  if (command === 'keys') return manageKeys(rest[0], values, file);
  if (command === 'identity') return printTag(rest[1], loadConfig(process.env, file));
  const loaded = await prepare(process.env, file);
  if (command === 'check') return check(loaded, file, values);
  if (!loaded.config) {
    return complain(
      [...loaded.problems, ...loaded.warnings.map((warning) => `warning: ${warning}`)],
      'wrong',
    );
  }
  if (command === 'send-test') {
    const { sendTest } = await import('./send-test.js');
    const isAccepted = await sendTest(loaded.config, rest[0], values.channel);
    // A connection that hangs must not keep the process alive.
    process.exit(exitCodes[isAccepted ? 'well' : 'failed']);
  }
  const { serve } = await import('./serve.js');
  await serve({ ...loaded, config: loaded.config });
}

/** @throws OtpError for words after a command that it does not take, and for options of another command */
function checkUsage(command: string, rest: readonly string[], values: Values): void {
  if (!Object.hasOwn(commands, command) || rest.length > (commands[command] ?? 0)) {
    const known = Object.keys(commands).join(', ');
    throw wrongUsage(`unknown command "${[command, ...rest].join(' ')}"; commands: ${known}`);
  }
  for (const [option, { of }] of Object.entries<{ type: string; of?: readonly string[] }>(options)) {
    if (of && option in values && !of.includes(command))
      throw wrongUsage(`--${option} goes with ${of.join(' or ')}`);
  }
}

function manageKeys(action: string | undefined, values: Values, file: SettingsFile): void {
  print(
    runKeys({
      action,
      path: values.file ?? 'jwt-keys.json',
      algorithm: values.alg,
      isForced: values.now ?? false,
      tokenTtlSeconds: parseTokenTtl(process.env['ACCESS_TOKEN_TTL'] || file.values['ACCESS_TOKEN_TTL']),
      now: Math.floor(Date.now() / 1000),
    }),
  );
}

async function check(loaded: LoadedConfig, file: SettingsFile, values: Values): Promise<void> {
  const { runCheck } = await import('./check.js');
  const ended = await runCheck(loaded, file, values);
  // A connection that hangs must not keep the process alive.
  if (values.connect) process.exit(exitCodes[ended]);
  process.exitCode = exitCodes[ended];
}

/** The service may be running: its port need not be free. */
function printTag(address: string | undefined, { config, madeUp, problems }: LoadedConfig): void {
  if (!config) complain(problems, 'wrong');
  print(`${findIdentityTag(config, madeUp, address)}\n`);
}

/** Key commands must work while other settings are invalid or missing. */
function parseTokenTtl(text: string | undefined): number {
  const given = text ? { ACCESS_TOKEN_TTL: text } : {};
  const { values, wrong } = parseGiven(given);
  if (wrong.length > 0) throw wrongUsage(sayAllowed('ACCESS_TOKEN_TTL', given));
  return values.ACCESS_TOKEN_TTL;
}

const splitRights = /^([^:]*)(:.*)$/;

function isApiKeys(text: string): boolean {
  const { wrong, values } = parseGiven({ API_KEYS: text });
  return wrong.length === 0 && findRightsFault(values.API_KEYS) === undefined;
}

function formatSecrets(values: { 'api-key'?: string; 'introspect-client'?: string }): string {
  for (const [option, header, setting] of [
    ['api-key', apiKeyHeader, 'API_KEYS'],
    ['introspect-client', 'the password of HTTP Basic authentication', 'INTROSPECT_CLIENTS'],
  ] as const) {
    const given = values[option];
    if (given === undefined) continue;
    const [, name = given, rights = ''] = (option === 'api-key' && splitRights.exec(given)) || [];
    if (!namePattern.test(name)) {
      throw wrongUsage(`--${option}: given "${name}", allowed: ${nameForm}`);
    }
    const { key, hash } = generateApiKey();
    const entry = `${name}=${hash}${rights}`;
    if (option === 'api-key' && !isApiKeys(entry)) {
      throw wrongUsage(`--${option}: given "${given}", allowed rights: ${callerRights.join(', ')}`);
    }
    return `# ${name} sends this as ${header}; it is not kept anywhere:\n# ${key}\n${setting}=${entry}\n`;
  }
  return `OTP_SECRET_KEY=${generateSecretKey()}\nJWT_SECRET=${generateSecretKey()}\n`;
}

function complain(lines: string[], ended: 'failed' | 'wrong'): never {
  process.stderr.write(lines.map((line) => `stateless-otp: ${line}\n`).join(''));
  // A worker is kept alive by its channel to the parent, so setting the exit code is not enough.
  process.exit(exitCodes[ended]);
}

/** Without what Node adds about options that begin with a dash, and in one line. */
function sayUsage(message: string): string {
  const [, unknown] = /^Unknown option '([^']*)'/.exec(message) ?? [];
  return unknown === undefined ? message.replaceAll('\n', ' ') : `unknown option ${unknown}`;
}

/** One line for invalid usage; a stack for anything else. */
function report(error: unknown): void {
  const { code, message, stack, syscall } = error as NodeJS.ErrnoException;
  if (
    code?.startsWith('ERR_PARSE_ARGS_') ||
    (error instanceof OtpError && error.code === 'invalid_request')
  ) {
    complain([`${sayUsage(message)} (see --help)`], 'wrong');
  } else if (error instanceof FailedError) {
    complain([message], 'failed');
  } else if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const remedy = code === 'EADDRINUSE' ? '; stop what listens there, or set another PORT' : '';
    complain([`HOST, PORT: cannot listen: ${message}${remedy}`], 'failed');
  } else if (error instanceof OtpError && error.code === 'store_unavailable') {
    complain([`REDIS_URL: ${message}`], 'failed');
  } else {
    complain([stack ?? String(error)], 'failed');
  }
}

main(process.argv.slice(2)).catch(report);
