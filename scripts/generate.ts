// Writes the files that are made from the sources; with --check, fails when one of them is not up to date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stores } from '../src/cli/stores.js';
import { channels, limitNames } from '../src/core/policy.js';
import { createOpenApiDocument } from '../src/http/openapi.js';
import { createRoutes, type RouteParts } from '../src/http/routes.js';
import { createSchemas } from '../src/http/schemas.js';
import { createSessionCookie } from '../src/http/session-cookie.js';
import { optionRows } from '../src/options/otp-options.js';
import { type SettingName, settingNames, settings, writeDefault } from '../src/options/settings.js';
import { logFields } from '../src/outcomes/log.js';
import { outcomeRows } from '../src/outcomes/table.js';
import { formatFoldingFiles } from './folding-tables.js';
import { formatLocales, formatSmsTable } from './message-tables.js';
import { formatSdkCopies } from './sdk-copies.js';

const root = new URL('../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const { version } = JSON.parse(read('package.json'));

/** The comment above each row of the table, as one line. */
const documentation = new Map(
  readdirSync(new URL('src/options/', root)).flatMap((file) => {
    const rows = read(`src/options/${file}`).matchAll(
      /^ {2}\/\*\*((?:(?!\*\/).)*)\*\/\s+(?:\/\/.*?\n\s+)?(\w+): \w+(?:<[^(]*>)?\(/gms,
    );
    return [...rows].map(
      ([, comment = '', key = '']) => [key, comment.replace(/\s+\*?\s*/g, ' ').trim()] as const,
    );
  }),
);

function describe(key: string): string {
  const comment = documentation.get(key);
  if (comment === undefined) throw new Error(`src/options: ${key} has no comment`);
  return comment;
}

const settingOf = new Map(settingNames.map((name) => [settings[name].key, name]));

/** As `describe`, but without what has columns of its own, and with the names of settings. */
function describeSetting(name: SettingName): string {
  const { key } = settings[name];
  const text = describe(key)
    .replace(/ Default (?:`[^`]*`|[^`.]*)\./, '')
    .replace(/(?:,? in (?:milli)?seconds)?, \d[\d ]* to [\d ]*\d(?=[.;,])/, '')
    .replace(/ Default: none\./, '')
    .replace(/\.$/, '');
  if (key === name) return text;
  return text.replace(/`(\w+)`/g, (whole, option) =>
    settingOf.has(option) ? `\`${settingOf.get(option)}\`` : whole,
  );
}

/** The settings by group, in the order of the table. */
function groupSettings(): [group: string, names: SettingName[]][] {
  const groups = new Set(settingNames.map((name) => settings[name].group));
  return [...groups].map((group) => [group, settingNames.filter((name) => settings[name].group === group)]);
}

function formatEnvExample(): string {
  const sections = groupSettings().map(([group, names]) => {
    const lines = names.map((name) => {
      const { allowed, isSecret } = settings[name];
      const file = isSecret ? `\n# Also from a file: ${name}_FILE` : '';
      const text = `# ${describeSetting(name)}.\n# Allowed: ${allowed}.${file}\n`.replaceAll('`', '');
      return `${text}#${name}=${writeDefault(settings[name]) ?? ''}\n`;
    });
    return `### ${group}\n\n${lines.join('\n')}`;
  });
  return `# Settings of stateless-otp and their defaults. Copy this file to .env and change what you need.\n\n${sections.join('\n')}`;
}

const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``);

function formatSettingsTables(): string {
  return groupSettings()
    .map(([group, names]) => {
      const rows = names.map((name) => {
        const { allowed } = settings[name];
        return `| \`${name}\` | ${code(writeDefault(settings[name]))} | ${allowed} | ${describeSetting(name)} |`;
      });
      return `### ${group}\n\n| variable | default | allowed | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

function formatOptionsTable(): string {
  const rows = Object.keys(optionRows).map(
    (name) => `| \`${name}\` | ${code(settingOf.get(name))} | ${describe(name)} |`,
  );
  return `| option | setting | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function formatOutcomesTable(): string {
  const rows = Object.entries(outcomeRows).map(
    ([event, { level, message }]) => `| \`${event}\` | ${level} | ${message} |`,
  );
  return `| event | level | \`msg\` |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function formatLogFieldsTable(): string {
  const rows = logFields.map(({ name, description }) => `| \`${name}\` | ${description} |`);
  return `| field | meaning |\n|---|---|\n${rows.join('\n')}\n`;
}

/** What a page of Markdown is with these parts of it written again. */
function replaceBetweenMarks(file: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce(
    (page, [name, text]) =>
      replaceBetween(page, `<!-- generated: ${name} -->\n`, '<!-- end of generated -->', `\n${text}\n`),
    read(file),
  );
}

function replaceBetween(whole: string, begin: string, end: string, text: string): string {
  const from = whole.indexOf(begin);
  const to = whole.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`a file to write into lacks ${begin}`);
  return whole.slice(0, from + begin.length) + text + whole.slice(to);
}

function formatLimitNames(): string {
  return `\`limit\` is one of ${limitNames.map((name) => `\`${name}\``).join(', ')}.\n`;
}

/** The settings that Compose passes on: all but those that the file sets itself, and what only one process has. */
function formatCompose(): string {
  const file = 'docker-compose.yml';
  const current = read(file);
  const begin = '      # generated: settings\n';
  const [above = ''] = current.split(begin);
  const left = [
    'HOST',
    'PORT',
    ...Object.values(stores).flatMap((store) => (store.isShared ? [] : store.settings)),
  ];
  const names = settingNames.filter((name) => !left.includes(name) && !above.includes(`\n      ${name}:`));
  const lines = names.map((name) => `      ${name}:\n`);
  return replaceBetween(current, begin, '      # end of generated', lines.join(''));
}

function formatOpenApi(): string {
  // No route is called: only what the table says of them is read.
  const sessionCookie = createSessionCookie({ isInsecure: false });
  const schemas = createSchemas({ purposes: ['sign-in'], channels });
  const routes = createRoutes({
    schemas,
    tokens: {},
    jwks: { keys: [] },
    introspectClients: [],
    hasOperators: true,
  } as unknown as RouteParts);
  const document = createOpenApiDocument(routes, { version, schemas, sessionCookie, hasApiKeys: false });
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A constant, since a bundle has no package.json next to it. */
function formatVersion(): string {
  return `/** The version of this package: written by \`npm run generate\` from package.json. */\nexport const version = '${version}';\n`;
}

const files: Record<string, string> = {
  '.env.example': formatEnvExample(),
  'docker-compose.yml': formatCompose(),
  'docs/configuration.md': replaceBetweenMarks('docs/configuration.md', { settings: formatSettingsTables() }),
  'docs/http.md': replaceBetweenMarks('docs/http.md', { limits: formatLimitNames() }),
  'docs/library.md': replaceBetweenMarks('docs/library.md', { options: formatOptionsTable() }),
  'docs/messages.md': replaceBetweenMarks('docs/messages.md', {
    locales: formatLocales(),
    sms: formatSmsTable(),
  }),
  'docs/operations.md': replaceBetweenMarks('docs/operations.md', {
    events: formatOutcomesTable(),
    fields: formatLogFieldsTable(),
  }),
  'spec/openapi.json': formatOpenApi(),
  'src/version.ts': formatVersion(),
  ...formatFoldingFiles(),
  ...formatSdkCopies(),
};
const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, root);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    process.stderr.write(`${name} is not up to date: run npm run generate\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    process.stdout.write(`wrote ${name}\n`);
  }
}
