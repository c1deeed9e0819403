//! Numbers, times and sizes as people read them.

use std::time::Duration;

/// Digits in groups of three: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number that may have a fraction, rounded to a whole one: `1,235`.
pub(crate) fn rounded(number: f64) -> String {
    if number.is_finite() && number >= 0.0 {
        // Saturates, which no number here comes near to.
        count(number.round() as u64)
    } else {
        "-".to_owned()
    }
}

/// A number of things: `1 row`, `2 rows`.
pub(crate) fn of(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", count(number))
}

/// A time with three digits that matter: `0.25 s`, `12.3 s`, `4 min 05 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 {
        format!("{seconds:.2} s")
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = duration.as_secs();
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// A limit or interval that somebody wrote: `500 ms`, `5 s`, `30 min`.
pub(crate) fn setting(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis == 0 || !millis.is_multiple_of(1000) {
        format!("{} ms", duration.as_secs_f64() * 1e3)
    } else if millis.is_multiple_of(60_000) {
        format!("{} min", millis / 60_000)
    } else {
        format!("{} s", millis / 1000)
    }
}

/// A size in bytes: `512 B`, `44.5 KiB`, `18.4 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if value.fract() == 0.0 {
        format!("{value} {unit}")
    } else {
        format!("{value:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (789_684, "789,684"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(rounded(1234.6), "1,235");
        assert_eq!(rounded(f64::NAN), "-");
        assert_eq!(of(1, "row"), "1 row");
        assert_eq!(of(2, "row"), "2 rows");
    }

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(duration(Duration::from_millis(254)), "0.25 s");
        assert_eq!(duration(Duration::from_millis(12_345)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(245)), "4 min 05 s");
        assert_eq!(setting(Duration::from_secs(5)), "5 s");
        assert_eq!(setting(Duration::from_secs(120)), "2 min");
        assert_eq!(setting(Duration::from_millis(1500)), "1500 ms");
        assert_eq!(size(512), "512 B");
        assert_eq!(size(128 << 20), "128 MiB");
        assert_eq!(size(18_400_000), "17.5 MiB");
    }
}
