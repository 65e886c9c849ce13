/** Options by the names that other libraries have for them. */
const otherNames: Readonly<Record<string, string>> = {
  attempts: 'maxAttempts',
  auth: 'username',
  baseUrl: 'publicUrl',
  codeLength: 'digits',
  cors: 'corsOrigins',
  expiresIn: 'windowSeconds',
  expiresInSeconds: 'windowSeconds',
  host: 'url',
  length: 'digits',
  locale: 'defaultLocale',
  max: 'maxEntries',
  pass: 'password',
  redis: 'store',
  redisUrl: 'store',
  trustProxy: 'trustedProxies',
  ttl: 'windowSeconds',
  ttlSeconds: 'windowSeconds',
  user: 'username',
};

/** The option that is meant by a name from elsewhere, if it is among the known ones. */
export function findOtherName(name: string, known: readonly string[]): string | undefined {
  const meant = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
  return meant !== undefined && known.includes(meant) ? meant : undefined;
}
