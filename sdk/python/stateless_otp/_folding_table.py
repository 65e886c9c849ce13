"""Generated from spec/folding.json (Unicode 17.0) by scripts/folding-tables.ts.

Hexadecimal code points and ranges of them.
"""

#: Format characters and variation selectors: dropped.
DROPPED = (
    "00ad 0600-0605 061c 06dd 070f 0890-0891 08e2 180b-180f 200b-200f 202a-202e 2060-2064 2066-206f "
    "fe00-fe0f feff fff9-fffb 110bd 110cd 13430-1343f 1bca0-1bca3 1d173-1d17a e0001 e0020-e007f "
    "e0100-e01ef"
)
#: Space separators: a space.
SPACES = (
    "00a0 1680 2000-200a 202f 205f 3000"
)
#: Dashes: a hyphen.
HYPHENS = (
    "058a 05be 1400 1806 2010-2015 2e17 2e1a 2e3a-2e3b 2e40 2e5d 301c 3030 30a0 fe31-fe32 fe58 fe63 ff0d "
    "10d6e 10ead"
)
#: Decimal digits, tens from 0 to 9.
DIGITS = (
    "0660-0669 06f0-06f9 07c0-07c9 0966-096f 09e6-09ef 0a66-0a6f 0ae6-0aef 0b66-0b6f 0be6-0bef 0c66-0c6f "
    "0ce6-0cef 0d66-0d6f 0de6-0def 0e50-0e59 0ed0-0ed9 0f20-0f29 1040-1049 1090-1099 17e0-17e9 1810-1819 "
    "1946-194f 19d0-19d9 1a80-1a89 1a90-1a99 1b50-1b59 1bb0-1bb9 1c40-1c49 1c50-1c59 a620-a629 a8d0-a8d9 "
    "a900-a909 a9d0-a9d9 a9f0-a9f9 aa50-aa59 abf0-abf9 ff10-ff19 104a0-104a9 10d30-10d39 10d40-10d49 "
    "11066-1106f 110f0-110f9 11136-1113f 111d0-111d9 112f0-112f9 11450-11459 114d0-114d9 11650-11659 "
    "116c0-116c9 116d0-116e3 11730-11739 118e0-118e9 11950-11959 11bf0-11bf9 11c50-11c59 11d50-11d59 "
    "11da0-11da9 11de0-11de9 11f50-11f59 16130-16139 16a60-16a69 16ac0-16ac9 16b50-16b59 16d70-16d79 "
    "1ccf0-1ccf9 1d7ce-1d7ff 1e140-1e149 1e2f0-1e2f9 1e4f0-1e4f9 1e5f1-1e5fa 1e950-1e959 1fbf0-1fbf9"
)
#: Full-width forms of U+0021 to U+007E.
FULL_WIDTH = (
    "ff01-ff5e"
)
