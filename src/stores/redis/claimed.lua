-- Whether a name is set.
-- KEYS[1]  name
-- Returns  1 or 0

local ends_at = load(KEYS[1])
return ends_at and ends_at > now and 1 or 0
