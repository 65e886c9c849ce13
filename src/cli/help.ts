import { unblocks, unblocksInWords } from '../core/unblocks.js';
import { version } from '../version.js';

const general = `stateless-otp ${version}: one-time passcodes without a database

Usage: stateless-otp [command] [options]

Commands:
  serve    run the service (the default)
  check    report problems of the configuration, or the settings in force
  send-test ADDRESS
           send a test message in the same way as a code
  identity status|cancel|unblock|sign-out|erase ADDRESS
           ask a running service about one person, or act for them
  identity tag ADDRESS
           print the tag that stands for ADDRESS in the log
  secret   print a new OTP_SECRET_KEY and JWT_SECRET, as lines for .env
  keys     generate, rotate or list the private keys of a file, for JWT_PRIVATE_KEY_FILE

Options:
  --api-key NAME    with secret: print a new API key for the caller NAME, and its entry for API_KEYS;
                    NAME:operate gives it the rights of an operator
  --introspect-client NAME
                    with secret: print a new secret for the client NAME, and its entry for INTROSPECT_CLIENTS
  --connect         with check: also test the store, the backends and the keys
  --channel NAME    with send-test: by sms, whatsapp or voice
  --file FILE       with keys: the file. Default jwt-keys.json
  --alg ALG         with keys: ES256 (the default) or EdDSA
  --now             with keys rotate: do not wait until the step is safe
  --config FILE     read settings from FILE instead of .env; the environment overrides both
  -h, --help        show this, or more about \`check\`, \`send-test\` or \`identity\`
  -v, --version     show the version

Settings come from the environment: see docs/configuration.md.
Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration.
`;

const check = `Usage: stateless-otp check [--json] [--connect] [--price-sms PRICE] [--max-odds ODDS] [--max-bill AMOUNT] [--config FILE]

Reports problems of the configuration, or the settings in force without secrets, and what the limits let strangers do:
the odds of guessing, messages and their bill, how long they can delay a code. docs/limits.md has the formulas.

  --connect      also test what the service depends on, in parallel and for at most 5 seconds each:
                 the store (that it answers, its version, and that the user may run every command),
                 each delivery backend (the login at a mail server, the credentials at a provider; sends nothing),
                 the receiver of events (that EVENTS_URL answers; it is sent no event),
                 the keys of tokens (that they sign, and are in the JWKS that PUBLIC_URL serves),
                 the modes of secret files
  --json         the same for programs: one JSON object with ok, problems, warnings, settings, odds, messages_day, bill_day,
                 delay_seconds and lock; with --connect also connections. null means unbounded
  --price-sms PRICE  what one message to a phone costs, such as 0.07, in any currency: for bill_day
  --max-odds ODDS    fail if a year of guessing at one identity succeeds more often, such as 1e-4
  --max-bill AMOUNT  fail if a day of messages to phones can cost more, such as 50
  --config FILE  read settings from FILE instead of .env; the environment overrides both

Each check of --connect prints a line that begins with ok, warning or FAILED.
Exit codes: 0 no problems, 1 a maximum is exceeded or a check of --connect failed, 2 wrong usage or configuration.
`;

const sendTest = `Usage: stateless-otp send-test ADDRESS [--channel NAME] [--config FILE]

Sends ADDRESS, an e-mail address or a phone number, a real message with a sample code that opens nothing. It uses the
same backends as codes, in the same order, and prints what each of them answers. The message says that it is a test.

  --channel NAME  for a phone number: sms, whatsapp or voice. Default: the first that a backend serves
  --config FILE   read settings from FILE instead of .env; the environment overrides both

That a provider accepted a message does not mean that it arrived.
Exit codes: 0 a provider accepted it, 1 none did, 2 wrong usage or configuration.
`;

const identity = `Usage: stateless-otp identity VERB ADDRESS --key-file FILE [--url URL] [--force] [--json]

Asks a running service about one person, or acts for them. ADDRESS is an e-mail address, a phone number or an id.

Verbs:
  status    show what is pending, what became of its last message, and which limits are used up
  cancel    end the pending codes
  unblock   forget sends, attempts and wrong guesses: at most ${unblocksInWords}
  sign-out  end every sign-in and the pending codes
  erase     sign-out and unblock, for a deletion request

  --key-file FILE  a file with an API key that has the right operate
                   (\`stateless-otp secret --api-key ops:operate\` prints one)
  --url URL        where the service is. Default http://127.0.0.1:8000
  --force          with unblock: even after ${unblocks.max} times
  --json           print the raw answer of the service

Exit codes: 0 done, 1 the service refused or cannot be reached, 2 wrong usage.
`;

const pages: Readonly<Record<string, string>> = { check, 'send-test': sendTest, identity };

export function formatHelp(command: string | undefined): string {
  return (command !== undefined && Object.hasOwn(pages, command) && pages[command]) || general;
}
