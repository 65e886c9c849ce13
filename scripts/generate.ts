// Writes the files that are made from the sources; with --check, fails when one of them is not up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describeSetting, type SettingName, settingNames } from '../src/cli/environment.js';
import { channels } from '../src/core/policy.js';
import { createOpenApiDocument } from '../src/http/openapi.js';
import { createRoutes, type RouteParts } from '../src/http/routes.js';
import { createSchemas } from '../src/http/schemas.js';
import { createSessionCookie } from '../src/http/session-cookie.js';
import { version } from '../src/version.js';
import { formatFoldingFiles } from './folding-tables.js';

const root = new URL('../', import.meta.url);

/** The settings by group, in the order of the schema. */
function groupSettings(): [group: string, names: SettingName[]][] {
  const groups = new Map<string, SettingName[]>();
  for (const name of settingNames) {
    const { group } = describeSetting(name);
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups];
}

function formatEnvExample(): string {
  const sections = groupSettings().map(([group, names]) => {
    const settings = names.map((name) => {
      const { description, allowed, defaultText = '', isSecret } = describeSetting(name);
      const file = isSecret ? `\n# Also from a file: ${name}_FILE` : '';
      return `# ${description}.\n# Allowed: ${allowed}.${file}\n#${name}=${defaultText}\n`.replaceAll(
        '`',
        '',
      );
    });
    return `### ${group}\n\n${settings.join('\n')}`;
  });
  return `# Settings of stateless-otp and their defaults. Copy this file to .env and change what you need.\n\n${sections.join('\n')}`;
}

function formatSettingsTables(): string {
  return groupSettings()
    .map(([group, names]) => {
      const rows = names.map((name) => {
        const { description, allowed, defaultText } = describeSetting(name);
        return `| \`${name}\` | ${defaultText === undefined ? '' : `\`${defaultText}\``} | ${allowed} | ${description} |`;
      });
      return `### ${group}\n\n| variable | default | allowed | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

/** Replaces what stands between the two marks of a hand-written file. */
function replaceBetweenMarks(file: string, text: string): string {
  const [begin, end] = ['<!-- generated: settings -->\n', '<!-- end of generated -->'];
  const current = readFileSync(new URL(file, root), 'utf8');
  const from = current.indexOf(begin) + begin.length;
  return `${current.slice(0, from)}\n${text}\n${current.slice(current.indexOf(end))}`;
}

function formatOpenApi(): string {
  // No route is called: only what the table says of them is read.
  const sessionCookie = createSessionCookie({ isInsecure: false });
  const routes = createRoutes({
    schemas: createSchemas({ purposes: ['sign-in'], channels }),
    jwks: { keys: [] },
    introspectClients: [],
  } as unknown as RouteParts);
  return `${JSON.stringify(createOpenApiDocument(routes, { version, sessionCookie, hasApiKeys: false }), null, 2)}\n`;
}

const files: Record<string, string> = {
  '.env.example': formatEnvExample(),
  'docs/configuration.md': replaceBetweenMarks('docs/configuration.md', formatSettingsTables()),
  'spec/openapi.json': formatOpenApi(),
  ...formatFoldingFiles(),
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
