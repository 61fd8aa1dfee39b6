// Run Rust spellings; what the tokens say goes out. Included by the program that conformance.minting.rust builds.
use base64::Engine;
use serde_json::{json, Value};

type Run = Box<dyn Fn() -> Value>;

/// What a spelling returns: a token, or a token or an error.
trait Made {
    fn token(self) -> Result<String, String>;
}

impl Made for String {
    fn token(self) -> Result<String, String> {
        Ok(self)
    }
}

impl<E: std::fmt::Display> Made for Result<String, E> {
    fn token(self) -> Result<String, String> {
        self.map_err(|error| error.to_string())
    }
}

fn made(found: impl Made) -> Value {
    match found.token() {
        Ok(token) => json!({ "payload": payload(&token) }),
        Err(error) => json!({ "error": error }),
    }
}

fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("a token has three parts");
    let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&decoded).expect("JSON")
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let safely = |run: &Run| {
        let run = std::panic::AssertUnwindSafe(run);
        std::panic::catch_unwind(|| run()).unwrap_or_else(|_| json!({ "error": "panic" }))
    };
    let results: Vec<Vec<Value>> = spellings().iter().map(|runs| runs.iter().map(safely).collect()).collect();
    println!("{}", Value::from(results.into_iter().map(Value::from).collect::<Vec<_>>()));
}
