#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { namePattern } from '../core/policy.js';
import { OtpError } from '../errors.js';
import { generateApiKey, generateSecretKey } from '../otp.js';
import { version } from '../version.js';
import { formatCheck } from './check.js';
import { loadConfig, readEnvFile } from './config.js';
import { serve } from './serve.js';

const help = `stateless-otp ${version}: one-time passcodes without a database

Usage: stateless-otp [command] [options]

Commands:
  serve    run the service (the default)
  check    say what is wrong with the configuration, or what is in force
  secret   print a fresh OTP_SECRET_KEY and JWT_SECRET, as lines for .env

Options:
  --api-key NAME    with secret: print a fresh API key for the caller NAME, and its entry for API_KEYS
  --config FILE     read settings from FILE instead of .env; the environment wins over both
  -h, --help        show this
  -v, --version     show the version

Settings come from the environment: see docs/configuration.md.
Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration.
`;

const exitFailed = 1;
const exitUsage = 2;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      config: { type: 'string' },
      'api-key': { type: 'string' },
    },
  });
  if (values.help) return print(help);
  if (values.version) return print(`${version}\n`);
  const [command = 'serve', ...rest] = positionals;
  if (!['serve', 'check', 'secret'].includes(command) || rest.length > 0) {
    throw new OtpError(
      'invalid_request',
      `unknown command "${positionals.join(' ')}"; commands: serve, check, secret`,
    );
  }
  if (command === 'secret') return print(formatSecrets(values['api-key']));
  if (values['api-key'] !== undefined) throw new OtpError('invalid_request', '--api-key goes with secret');
  const given = Object.entries(process.env).filter(([, value]) => value !== '');
  const source = { ...readEnvFile(values.config), ...Object.fromEntries(given) };
  const loaded = loadConfig(source);
  if (command === 'check') {
    print(`${formatCheck(loaded, source)}\n`);
    if (!loaded.config) process.exitCode = exitUsage;
    return;
  }
  if (!loaded.config) {
    return complain(
      [...loaded.problems, ...loaded.warnings.map((warning) => `warning: ${warning}`)],
      exitUsage,
    );
  }
  await serve({ ...loaded, config: loaded.config });
}

function formatSecrets(caller: string | undefined): string {
  if (caller === undefined)
    return `OTP_SECRET_KEY=${generateSecretKey()}\nJWT_SECRET=${generateSecretKey()}\n`;
  if (!namePattern.test(caller)) {
    throw new OtpError(
      'invalid_request',
      `--api-key: given "${caller}", allowed: 1 to 64 letters, digits, ., - or _`,
    );
  }
  const { key, hash } = generateApiKey();
  return `# The caller sends this as X-API-Key; it is not kept anywhere:\n# ${key}\nAPI_KEYS=${caller}=${hash}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function complain(lines: string[], exitCode: number): never {
  process.stderr.write(lines.map((line) => `stateless-otp: ${line}\n`).join(''));
  // A worker is kept alive by its channel to the parent, so setting the exit code is not enough.
  process.exit(exitCode);
}

/** A wrong call is answered with its one line; anything else is a fault, with its stack. */
function report(error: unknown): void {
  const { code, message, stack, syscall } = error as NodeJS.ErrnoException;
  if (
    code?.startsWith('ERR_PARSE_ARGS_') ||
    (error instanceof OtpError && error.code === 'invalid_request')
  ) {
    complain([`${message} (see --help)`], exitUsage);
  } else if (syscall === 'listen' || syscall === 'getaddrinfo') {
    complain([`HOST, PORT: cannot listen: ${message}`], exitFailed);
  } else if (error instanceof OtpError && error.code === 'store_unavailable') {
    complain([`REDIS_URL: ${message}`], exitFailed);
  } else {
    complain([stack ?? String(error)], exitFailed);
  }
}

main(process.argv.slice(2)).catch(report);
