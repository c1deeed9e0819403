//! Names of functions that are short, and long as they stand in a source.

/// A function in C++ of which the parameters are `pair<int, int>`, a pair of two of these,
/// a pair of two of those, and so on: twice as long each time (Itanium C++ ABI, 5.1.10).
pub(crate) fn cpp(parameters: usize) -> String {
    let mut name = "_Z1fSt4pairIiiE".to_owned();
    for n in 0..parameters {
        let last = base_36(n);
        name.push_str(&format!("S_IS{last}_S{last}_E"));
    }
    name
}

/// A function in Rust of which the types are pairs of pairs, likewise (RFC 2603).
pub(crate) fn rust(types: usize) -> String {
    let mut name = "_RINvC1a1b".to_owned();
    let mut last = name.len() - 2;
    name.push_str("TuuE");
    for _ in 0..types {
        let pair = base_62(last);
        last = name.len() - 2;
        name.push_str(&format!("TB{pair}_B{pair}_E"));
    }
    name.push('E');
    name
}

fn base_36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.reverse();
    String::from_utf8(digits).unwrap()
}

/// Nothing is 0, `0` is 1.
fn base_62(number: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let Some(mut number) = number.checked_sub(1) else {
        return String::new();
    };
    let mut digits = Vec::new();
    loop {
        digits.push(DIGITS[number % 62]);
        number /= 62;
        if number == 0 {
            break;
        }
    }
    digits.reverse();
    String::from_utf8(digits).unwrap()
}
