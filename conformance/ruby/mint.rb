# frozen_string_literal: true

# Run Ruby spellings; the job comes in on standard input, what the tokens say goes out.
# Started by conformance.minting.ruby; `mint.rb versions GEM=FILE...` says what is installed.
require "base64"
require "json"

# Mistakes of the spelling itself, which no vector records.
BROKEN = [LoadError, SyntaxError].freeze

def versions(gems)
  gems.to_h do |gem|
    name, file = gem.split("=")
    require file
    [name, Gem.loaded_specs.fetch(name).version.to_s]
  end
end

def payload(token)
  { payload: JSON.parse(Base64.urlsafe_decode64(token.split(".").fetch(1))) }
end

# Arguments for a method: both values of flags, made-up text otherwise, nothing where it has a default.
def calls(parameters)
  required = parameters.select { |kind, _| %i[req keyreq].include?(kind) }
  choices = required.map { |_, name| name.start_with?("is_") ? [false, true] : ["#{name} of the caller"] }
  first, *rest = choices
  combinations = first ? first.product(*rest) : [[]]
  combinations.map { |values| required.map(&:first).zip(required.map(&:last), values) }
end

def call(arguments)
  plain = arguments.filter_map { |kind, _, value| [value] if kind == :req }.flatten(1)
  named = arguments.select { |kind, _, _| kind == :keyreq }.to_h { |_, name, value| [name, value] }
  TOPLEVEL_BINDING.receiver.send(:create_token, *plain, **named)
end

# The tokens of a spelling: that which `token` holds, or else those that `create_token` returns.
def tokens(file)
  scope = TOPLEVEL_BINDING.dup
  scope.eval(File.read(file), file)
  return [scope.local_variable_get(:token)] if scope.local_variable_defined?(:token)

  calls(TOPLEVEL_BINDING.receiver.method(:create_token).parameters).map { |arguments| call(arguments) }
end

def outcome(file)
  tokens(file).map { |token| payload(token) }
rescue *BROKEN
  raise
rescue StandardError => e
  [{ error: e.class.name }]
end

# In a process of its own, so that no spelling sees the methods of another.
def apart(file)
  reading, writing = IO.pipe
  process = fork do
    reading.close
    writing.write(JSON.generate(outcome(file)))
    writing.close
    exit!(0)
  end
  writing.close
  said = reading.read
  Process.wait(process)
  abort("#{file} does not run") if said.empty?
  JSON.parse(said)
end

if ARGV.first == "versions"
  puts JSON.generate(versions(ARGV.drop(1)))
else
  job = JSON.parse($stdin.read)
  job.fetch("requires").each { |file| require file }
  puts JSON.generate(job.fetch("files").map { |file| apart(file) })
end
