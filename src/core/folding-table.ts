// Generated from spec/folding.json (Unicode 17.0) by scripts/folding-tables.ts.
// Hexadecimal code points and ranges of them.

/** Format characters and variation selectors: dropped. */
export const dropped =
  '00ad 0600-0605 061c 06dd 070f 0890-0891 08e2 180b-180f 200b-200f 202a-202e 2060-2064 2066-206f fe00-fe0f feff fff9-fffb 110bd 110cd 13430-1343f 1bca0-1bca3 1d173-1d17a e0001 e0020-e007f e0100-e01ef';
/** Space separators: a space. */
export const spaces = '00a0 1680 2000-200a 202f 205f 3000';
/** Dashes: a hyphen. */
export const hyphens =
  '058a 05be 1400 1806 2010-2015 2e17 2e1a 2e3a-2e3b 2e40 2e5d 301c 3030 30a0 fe31-fe32 fe58 fe63 ff0d 10d6e 10ead';
/** Zeros, each followed by the digits from 1 to 9. */
export const zeros =
  '0660 06f0 07c0 0966 09e6 0a66 0ae6 0b66 0be6 0c66 0ce6 0d66 0de6 0e50 0ed0 0f20 1040 1090 17e0 1810 1946 19d0 1a80 1a90 1b50 1bb0 1c40 1c50 a620 a8d0 a900 a9d0 a9f0 aa50 abf0 ff10 104a0 10d30 10d40 11066 110f0 11136 111d0 112f0 11450 114d0 11650 116c0 116d0 116da 11730 118e0 11950 11bf0 11c50 11d50 11da0 11de0 11f50 16130 16a60 16ac0 16b50 16d70 1ccf0 1d7ce 1d7d8 1d7e2 1d7ec 1d7f6 1e140 1e2f0 1e4f0 1e5f1 1e950 1fbf0';
/** Full-width forms of U+0021 to U+007E. */
export const fullWidth = 'ff01-ff5e';
