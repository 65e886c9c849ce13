-- Whether this server could serve: it is a master, records on it can be fenced, and it takes writes.
-- KEYS[1]  a key of its own
-- Returns  1

read_fence()
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return 1
