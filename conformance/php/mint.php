<?php

// Run one PHP spelling; its file is the argument, what its tokens say goes out.
// Started by conformance.minting.php, a process for every spelling.

declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

/** What a token says. */
function payload_of(string $token): array
{
    $part = explode('.', $token)[1];
    return ['payload' => json_decode(base64_decode(strtr($part, '-_', '+/')), false, 512, JSON_THROW_ON_ERROR)];
}

/** Arguments for a function: both values of flags, made-up text otherwise, nothing where it has a default. */
function calls_of(ReflectionFunction $function): array
{
    $calls = [[]];
    foreach ($function->getParameters() as $parameter) {
        if ($parameter->isOptional()) {
            continue;
        }
        $name = $parameter->getName();
        $choices = str_starts_with($name, 'is') ? [false, true] : ["$name of the caller"];
        $longer = [];
        foreach ($calls as $call) {
            foreach ($choices as $choice) {
                $longer[] = [...$call, $choice];
            }
        }
        $calls = $longer;
    }
    return $calls;
}

/** The tokens of a spelling: that which $token holds, or else those that createToken returns. */
function tokens_of(string $file): array
{
    $token = null;
    require $file;
    if (is_string($token)) {
        return [$token];
    }
    $function = new ReflectionFunction('createToken');
    return array_map(fn (array $call) => $function->invokeArgs($call), calls_of($function));
}

try {
    $results = array_map('payload_of', tokens_of($argv[1]));
} catch (Throwable $error) {
    $results = [['error' => (new ReflectionClass($error))->getShortName()]];
}
echo json_encode($results, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
