/** By the byte-order marks that Windows programs write. Any other file is UTF-8, with or without one. */
const encodings: readonly { mark: readonly number[]; label: string }[] = [
  { mark: [0xff, 0xfe], label: 'utf-16le' },
  { mark: [0xfe, 0xff], label: 'utf-16be' },
];

/** The text of a file without its byte-order mark, or null for bytes that are not text in UTF-8 or marked UTF-16. */
export function decodeText(bytes: Uint8Array): string | null {
  const { label } = encodings.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte)) ?? {
    label: 'utf-8',
  };
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
