-- Starts, rotates or ends a family of tokens.
-- KEYS[1]  family: { hash of the one token that is good, expires_at, fence }
-- ARGV[3]  hash of the token that is presented; '' starts the family
-- ARGV[4]  hash of the token that takes its place; '' ends the family
-- ARGV[5]  life in seconds of a family that is started
-- Returns  'exchanged' | 'reused' | 'unknown'

local fence = read_fence()
if ARGV[3] == '' and ARGV[4] ~= '' then
  local expires_at = now + ARGV[5] * 1000000
  save(KEYS[1], { ARGV[4], expires_at, fence }, expires_at)
  return 'exchanged'
end
local family = load(KEYS[1])
if not family or family[3] ~= fence or family[2] <= now then return 'unknown' end
if ARGV[4] == '' then
  redis.call('DEL', KEYS[1])
  return 'exchanged'
end
if family[1] ~= ARGV[3] then
  redis.call('DEL', KEYS[1])
  return 'reused'
end
save(KEYS[1], { ARGV[4], family[2], fence }, family[2])
return 'exchanged'
