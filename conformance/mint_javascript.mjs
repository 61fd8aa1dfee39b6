// Run JavaScript spellings at a given time; the job comes in on standard input, what the tokens say goes out.
// Started by conformance.generate in a process of its own with a made-up environment.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const job = JSON.parse(readFileSync(0, 'utf8'));
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
// Mistakes of the spelling itself, which no vector records.
const BROKEN = ['ReferenceError', 'SyntaxError'];

stopTheClock(job.now * 1000);
const results = [];
for (const file of job.files) {
  results.push(await run(file));
}
process.stdout.write(JSON.stringify(results));

function stopTheClock(now) {
  const Running = Date;
  globalThis.Date = class Date extends Running {
    constructor(...parts) {
      super(...(parts.length ? parts : [now]));
    }

    static now() {
      return now;
    }
  };
}

/** What the tokens of a spelling say, one for each combination of its flags, or the exception raised. */
async function run(file) {
  try {
    const module = await import(pathToFileURL(file));
    return (await tokens(module)).map((token) => ({ payload: payload(token) }));
  } catch (error) {
    if (BROKEN.includes(error.name) || error.code === 'ERR_MODULE_NOT_FOUND' || error instanceof RangeError) {
      throw new Error(`cannot run ${readFileSync(file, 'utf8')}`, { cause: error });
    }
    return [{ error: error.constructor.name }];
  }
}

/** The token that a module exports, or else those that the function it exports returns. */
async function tokens(module) {
  const exported = [module.default, ...Object.values(module.default ?? {}), ...Object.values(module)];
  const held = findToken(exported);
  if (held) {
    return [held];
  }
  const create = exported.find((item) => typeof item === 'function');
  const found = [];
  for (const call of calls(create)) {
    const token = findToken(await create(...call));
    if (!token) {
      throw new RangeError('the function returns no token');
    }
    found.push(token);
  }
  return found;
}

/** Arguments to call a function with: both values of flags, made-up text otherwise, nothing where it has a default. */
function calls(create) {
  const parameters = /\(([^)]*)\)/.exec(create.toString())[1].split(',');
  const names = parameters.map((name) => name.trim()).filter((name) => name && !name.includes('='));
  return names.reduce(
    (lists, name) => {
      const values = /^is[A-Z]/.test(name) ? [false, true] : [`${name} of the caller`];
      return lists.flatMap((list) => values.map((value) => [...list, value]));
    },
    [[]],
  );
}

function findToken(value) {
  const items = Array.isArray(value) ? value : [value, ...Object.values(value ?? {})];
  return items.find((item) => typeof item === 'string' && TOKEN.test(item));
}

function payload(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8'));
}
