-- From what Docker keeps of a line to what is sent on. Numbers do not come this way: Lua would make fractions of them.

local SERVICE = 'com.docker.compose.service'

-- The line, and what Docker says of its container; nil where it is none of ours, or empty.
local function of_ours(record)
  local attrs = record.attrs
  local line = record.log and record.log:gsub('\r?\n$', '')
  if attrs and attrs[SERVICE] and line and line ~= '' then return line, attrs end
end

-- The JSON lines of our services and of nginx. Other JSON stays a text: its fields could have any type.
local function is_ecs(line)
  return line:sub(1, 1) == '{' and line:find('"ecs.version":', 1, true) ~= nil
end

-- For Elasticsearch: `line` is parsed by the next filter; all others are a `message`.
function for_elasticsearch(_, timestamp, record)
  local line, attrs = of_ours(record)
  if not line then return -1, timestamp, record end
  if is_ecs(line) then return 2, timestamp, { ['container.name'] = attrs.tag, line = line } end
  return 2, timestamp, { ['container.name'] = attrs.tag, ['service.name'] = attrs[SERVICE], message = line }
end

-- For Loki: the line as it is, and two labels.
function for_loki(_, timestamp, record)
  local line, attrs = of_ours(record)
  if not line then return -1, timestamp, record end
  local level = is_ecs(line) and line:match('"log.level":"(%a+)"') or 'unknown'
  return 2, timestamp, { service = attrs[SERVICE], level = level, line = line }
end
