//! Numbers as people read them.

/// A number with three digits that matter, and all digits of a large one: `1,234,567`,
/// `12.3`, `0.045`.
pub(super) fn full(number: f64) -> String {
    if !number.is_finite() {
        return "-".to_owned();
    }
    match number.abs() {
        100.0.. => grouped(number),
        10.0..100.0 => format!("{number:.1}"),
        1.0..10.0 => format!("{number:.2}"),
        0.0 => "0".to_owned(),
        _ => format!("{number:.3}"),
    }
}

/// A number with three digits that matter and a letter for its size: `1.23 M`.
pub(super) fn compact(number: f64) -> String {
    for (size, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if number.abs() >= size {
            return format!("{} {letter}", full(number / size));
        }
    }
    full(number)
}

/// Digits in groups of three.
fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_matter() {
        for (number, long, short) in [
            (0.0, "0", "0"),
            (0.0451, "0.045", "0.045"),
            (1.234, "1.23", "1.23"),
            (12.34, "12.3", "12.3"),
            (999.6, "1,000", "1,000"),
            (-1_234.0, "-1,234", "-1.23 k"),
            (9_408_266.4, "9,408,266", "9.41 M"),
            (f64::NAN, "-", "-"),
        ] {
            assert_eq!(full(number), long);
            assert_eq!(compact(number), short);
        }
    }
}
