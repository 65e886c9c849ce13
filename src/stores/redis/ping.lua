-- Whether this server could serve: it answers, it is a master, and records on it can be fenced.
-- Returns  1

read_fence()
return 1
