/** Strict, unlike `Buffer.from`, which skips invalid characters: only the canonical base64url of some bytes, or null. */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

/** As strict, for both alphabets, with or without padding. */
export function decodeBase64(text: string): Buffer | null {
  return decodeBase64url(
    text
      .trim()
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/={0,2}$/, ''),
  );
}
