# The five commands of daily work. `just` alone lists them. https://just.systems

_list:
    @just --list

# Build the program: target/release/stormcell
build:
    cargo build --release

# Run all tests. With words: pass them to `cargo test`, as in `just test -p stormcell-acking`
test *words:
    cargo test --release {{words}}

# Run the example, the word count. With words: pass them on, as in `just run --fault drop=0.01`
run *words:
    cargo run --release -- run examples/word-count/topology.yaml {{words}}

# Check the format of all code, then run clippy, as .ci/run does
check:
    cargo fmt --check
    set -e; for guests in examples/word-count host/bench/components tests/conformance/rust tests/guests tests/hostile/guests host/sandbox/tests/guests; do cargo fmt --all --check --manifest-path "$guests/Cargo.toml"; done
    cargo clippy --release --all-targets -- -D warnings

# Run everything that must pass before a change is merged
ci:
    .ci/run
