/** The lines over which a message may wrap a link. */
const maxParts = 12;
const maxLength = 4096;

/**
 * What the query of a link holds after `k=`, with whatever was copied along with it. In the source of an HTML message the `&` before it
 * is `&amp;`, and a gateway may have encoded the `=` once more.
 */
export function findLink(query: string): string {
  for (const [name, value] of new URLSearchParams(query)) {
    const [match, inName] = /^(?:amp;)*k(?:=(.*))?$/s.exec(name) ?? [];
    if (match !== undefined) return inName ?? value;
  }
  return '';
}

/**
 * What the link can have been, likeliest first: alone, before the rest of a sentence, or in several parts, as line ends, the marks of
 * a quotation and quoted-printable (RFC 2045 §6.7) split it. Which reading is right shows when it is decrypted.
 */
export function listReadings(link: string): string[] {
  const parts = link.slice(0, maxLength).match(/[\w-]+/g) ?? [];
  const joined = parts.slice(0, maxParts).map((_, index) => parts.slice(0, index + 1).join(''));
  // In quoted-printable the = before it is =3D.
  return [...joined, ...joined.filter((text) => /^3D/i.test(text)).map((text) => text.slice(2))];
}
