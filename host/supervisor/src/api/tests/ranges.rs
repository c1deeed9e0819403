//! What the document says of a parameter or a member of a body is what the server does.

use serde_json::{Map, Value, json};

use super::super::openapi_json;
use super::served::{Response, Served};

/// The document, and what it says of requests.
struct Document(Value);

/// A request as the document describes it.
struct Operation<'a> {
    method: String,
    path: String,
    said: &'a Value,
}

/// Where a value of a request is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Path,
    Query,
    Body,
}

/// A value of a request that the document describes.
#[derive(Debug)]
struct Described {
    place: Place,
    name: String,
    schema: Value,
    required: bool,
}

impl Document {
    fn new() -> Self {
        Self(serde_json::from_str(&openapi_json()).unwrap())
    }

    fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, said) in item.as_object().unwrap() {
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    said,
                });
            }
        }
        operations
    }

    /// A schema without references and without null.
    fn resolve(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let found = self.0.pointer(reference.strip_prefix('#').unwrap());
            return self.resolve(found.unwrap());
        }
        match schema["oneOf"].as_array() {
            Some(all) => {
                let is_null = |it: &&Value| it["type"] == "null";
                let others: Vec<&Value> = all.iter().filter(|it| !is_null(it)).collect();
                assert_eq!(others.len(), 1, "{schema}");
                self.resolve(others[0])
            }
            None => schema.clone(),
        }
    }

    fn described(&self, operation: &Operation<'_>) -> Vec<Described> {
        let mut all = Vec::new();
        for parameter in operation.said["parameters"]
            .as_array()
            .into_iter()
            .flatten()
        {
            all.push(Described {
                place: match parameter["in"].as_str().unwrap() {
                    "path" => Place::Path,
                    "query" => Place::Query,
                    other => panic!("{other}"),
                },
                name: parameter["name"].as_str().unwrap().to_owned(),
                schema: self.resolve(&parameter["schema"]),
                required: parameter["required"] == true,
            });
        }
        let body =
            self.resolve(&operation.said["requestBody"]["content"]["application/json"]["schema"]);
        let members = body["properties"].as_object();
        for (name, schema) in members.into_iter().flatten() {
            all.push(Described {
                place: Place::Body,
                name: name.clone(),
                schema: self.resolve(schema),
                required: body["required"]
                    .as_array()
                    .is_some_and(|required| required.iter().any(|it| it == name)),
            });
        }
        all
    }

    /// That a value has a declared range, and so has what is in it.
    fn is_bounded(&self, schema: &Value, at: &str) {
        let schema = self.resolve(schema);
        let has = |key: &str| assert!(schema.get(key).is_some(), "{at} has no {key}: {schema}");
        match schema["type"].as_str() {
            Some("boolean") => {}
            Some("integer" | "number") => {
                has("minimum");
                has("maximum");
            }
            Some("string") if schema.get("enum").is_some() => {}
            Some("string") => {
                has("minLength");
                has("maxLength");
            }
            Some("array") => {
                has("maxItems");
                self.is_bounded(&schema["items"], &format!("{at}[]"));
            }
            Some("object") => {
                has("maxProperties");
                self.is_bounded(&schema["propertyNames"], &format!("{at}, a name"));
                self.is_bounded(&schema["additionalProperties"], &format!("{at}.*"));
            }
            other => panic!("{at} is {other:?}: {schema}"),
        }
    }
}

/// A value that is right.
fn right(schema: &Value, name: &str) -> Value {
    match schema["type"].as_str().unwrap() {
        "integer" | "number" => schema["minimum"].clone(),
        "boolean" => json!(true),
        "array" => json!([]),
        "object" => json!({}),
        "string" => match (schema.get("enum"), name) {
            (Some(words), _) => words[0].clone(),
            (None, "digest") => json!(format!("sha256:{}", "0".repeat(64))),
            (None, "key") => json!(format!("ed25519:{}", "0".repeat(32))),
            (None, "signature") => json!("0".repeat(128)),
            (None, "base_dir") => json!("/tmp"),
            (None, _) => json!("word-count"),
        },
        other => panic!("{other}"),
    }
}

/// Values beyond the range of a schema, each with what an error must say of the range.
fn beyond(schema: &Value) -> Vec<(Value, String)> {
    match schema["type"].as_str().unwrap() {
        "integer" => {
            let least = schema["minimum"].as_u64().unwrap();
            let most = schema["maximum"].as_u64().unwrap();
            let range = format!("from {least} to {most}");
            [
                json!(i128::from(least) as i64 - 1),
                json!(most + 1),
                json!(u64::MAX),
            ]
            .map(|value| (value, range.clone()))
            .to_vec()
        }
        "number" => vec![
            (json!(-0.1), "from 0 to 1".to_owned()),
            (json!(1.1), "from 0 to 1".to_owned()),
        ],
        "string" if schema.get("enum").is_some() => vec![(json!("nonsense"), String::new())],
        "string" => {
            let most = schema["maxLength"].as_u64().unwrap() as usize;
            let mut values = Vec::new();
            // A document has no more bytes.
            if most < 1 << 20 {
                values.push((json!("x".repeat(most + 1)), String::new()));
                values.push((json!(format!("/{}", "x".repeat(most))), String::new()));
            }
            if schema.get("pattern").is_some() {
                values.push((json!("a b"), String::new()));
            }
            values
        }
        "array" => {
            let most = schema["maxItems"].as_u64().unwrap() as usize;
            vec![(json!(vec![1; most + 1]), String::new())]
        }
        "object" => vec![
            (json!({"a b": 0}), String::new()),
            (json!([]), String::new()),
        ],
        "boolean" => vec![(json!("yes"), String::new()), (json!(1), String::new())],
        other => panic!("{other}"),
    }
}

fn text(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.replace(' ', "%20").replace('/', "%2F")
}

/// Asks with these values, and what is needed beside them.
fn ask(
    served: &Served,
    operation: &Operation<'_>,
    all: &[Described],
    given: Option<(&Described, &Value)>,
) -> Response {
    let mut path = operation.path.clone();
    let (mut query, mut body) = (Vec::new(), Map::new());
    for it in all {
        let value = match given {
            Some((described, value)) if std::ptr::eq(described, it) => value.clone(),
            _ if it.required => right(&it.schema, &it.name),
            _ => continue,
        };
        match it.place {
            Place::Path => path = path.replace(&format!("{{{}}}", it.name), &text(&value)),
            Place::Query => query.push(format!("{}={}", it.name, text(&value))),
            Place::Body => {
                body.insert(it.name.clone(), value);
            }
        }
    }
    let has_body = all.iter().any(|it| it.place == Place::Body);
    let body = if has_body {
        Value::Object(body).to_string()
    } else {
        String::new()
    };
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    served.ask(&operation.method, &path, &body)
}

#[test]
fn every_parameter_and_member_has_a_range() {
    let document = Document::new();
    let mut count = 0;
    for operation in document.operations() {
        for it in document.described(&operation) {
            let at = format!("{} {}: {}", operation.method, operation.path, it.name);
            document.is_bounded(&it.schema, &at);
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_is_beyond_its_range_is_refused_by_name_and_what_is_within_is_not() {
    let served = Served::with(&["word-count"]);
    let document = Document::new();
    for operation in document.operations() {
        let all = document.described(&operation);
        for it in &all {
            let at = format!("{} {}: {}", operation.method, operation.path, it.name);
            for (value, range) in beyond(&it.schema) {
                let response = ask(&served, &operation, &all, Some((it, &value)));
                assert_eq!(response.status, 422, "{at} {value:.99}: {response:?}");
                if operation.method == "HEAD" {
                    continue;
                }
                let problem = response.problem();
                assert_eq!(problem.code, "invalid", "{at}: {problem:?}");
                let said = &problem.message;
                assert!(said.contains(&it.name), "{at}: {said}");
                assert!(said.contains(&range), "{at}: {said}");
            }
            for edge in ["minimum", "maximum"] {
                if let Some(value) = it.schema.get(edge) {
                    let response = ask(&served, &operation, &all, Some((it, value)));
                    let status = response.status;
                    assert!(status != 422 && status < 500, "{at} {value}: {response:?}");
                }
            }
        }
    }
}

#[test]
fn a_worker_that_cannot_exist_is_refused_with_the_range() {
    let served = Served::with(&["word-count"]);
    let response = served.ask(
        "GET",
        "/v1/topologies/word-count/logs?worker=2147483648",
        "",
    );
    assert_eq!(response.status, 422, "{response:?}");
    assert_eq!(
        response.problem().message,
        "Failed to deserialize query string: worker: `2147483648`: expected a whole number from \
         0 to 31"
    );
}

#[test]
fn parameters_that_an_operation_does_not_have_are_refused() {
    let served = Served::with(&["word-count"]);
    let document = Document::new();
    for operation in document.operations() {
        let mut all = document.described(&operation);
        all.push(Described {
            place: Place::Query,
            name: "no_such".to_owned(),
            schema: json!({"type": "boolean"}),
            required: true,
        });
        let response = ask(&served, &operation, &all, None);
        let at = format!("{} {}", operation.method, operation.path);
        assert_eq!(response.status, 422, "{at}: {response:?}");
        if operation.method != "HEAD" {
            let said = response.problem().message;
            assert!(said.contains("no_such"), "{at}: {said}");
        }
    }
}

#[test]
fn a_list_is_no_body() {
    let served = Served::with(&["word-count"]);
    let response = served.ask("POST", "/v1/topologies/word-count/rollback", " [\"split\"]");
    assert_eq!(response.status, 422, "{response:?}");
    let said = response.problem().message;
    assert_eq!(said, "the body is a list: expected a JSON object");
}
