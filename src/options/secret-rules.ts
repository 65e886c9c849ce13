import type { Rule } from './modes.js';

/** How each secret is written. Of two that are the same, the later one here is named as the one to change. */
export const secretForms = {
  secretKey: 'base64',
  previousSecretKey: 'base64',
  identityKey: 'base64',
  jwtSecret: 'text',
  previousJwtSecret: 'text',
} as const;
const secretNames = Object.keys(secretForms) as (keyof typeof secretForms)[];

type Secret = Uint8Array | string;

const placeholder = /change.?me|placeholder|example|your.{0,12}(secret|key)|(secret|key).{0,8}here/i;

/** What a secret may be read as: its bytes, and those that the text means as base64. */
function decodeForms(secret: Secret): Buffer[] {
  if (typeof secret !== 'string') return [Buffer.from(secret)];
  return [Buffer.from(secret.trim()), Buffer.from(secret.trim(), 'base64')];
}

function isPlaceholder(secret: Secret, isBase64: boolean): boolean {
  const forms = decodeForms(secret);
  const bytes = isBase64 ? forms.at(-1) : forms[0];
  return new Set(bytes).size < 8 || forms.some((form) => placeholder.test(form.toString('latin1')));
}

/** Secrets are also the same if they differ only in surrounding blanks, padding or alphabet. */
function isSame(one: Secret, other: Secret): boolean {
  const forms = decodeForms(other);
  return decodeForms(one).some((form) => form.length > 0 && forms.some((another) => form.equals(another)));
}

/** No secret is a placeholder, and no two are the same. Only the identity key may equal an earlier master secret. */
export const secretRules: readonly Rule[] = secretNames.flatMap((name, index): Rule[] => [
  ({ [name]: secret }) =>
    secret !== undefined &&
    isPlaceholder(secret, secretForms[name] === 'base64') &&
    `${name} looks like a placeholder; \`stateless-otp secret\` and generateSecretKey make real ones`,
  ...secretNames.slice(0, name === 'identityKey' ? 0 : index).map(
    (other): Rule =>
      ({ [name]: secret, [other]: another }) =>
        secret !== undefined &&
        another !== undefined &&
        isSame(secret, another) &&
        `${name} must differ from ${other}`,
  ),
]);
