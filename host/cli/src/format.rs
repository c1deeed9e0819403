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

/// A message in one line: of several, as those of a traceback, the first and the last that has
/// words. Lines of marks show where something is in the line above.
pub(crate) fn one_line(message: &str) -> String {
    let has_words = |line: &&str| line.contains(char::is_alphanumeric);
    let mut lines = message.lines().filter(has_words);
    match (lines.next(), lines.next_back()) {
        (Some(first), Some(last)) => format!("{} ... {}", first.trim(), last.trim()),
        (Some(first), None) => first.trim().to_owned(),
        (None, _) => message.trim().lines().next().unwrap_or_default().to_owned(),
    }
}

/// That there are fewer workers than were asked for, if so: one without a task is not
/// started.
pub(crate) fn fewer_workers(asked: u32, used: u32, tasks: u32) -> Option<String> {
    (used < asked).then(|| {
        format!(
            "{} {} asked for, but with {} there are only {used}",
            of(asked.into(), "worker"),
            if asked == 1 { "is" } else { "are" },
            of(tasks.into(), "task"),
        )
    })
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

/// How long something has lasted, in its largest unit: `42 s`, `5 min`, `3 h`, `12 d`.
pub(crate) fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long ago a time is, given in seconds since 1970. One that is still to come
/// (the clock was set back) is just now.
pub(crate) fn ago(at: u64) -> String {
    age((now_millis() / 1_000).saturating_sub(at))
}

/// The time of day, in milliseconds since 1970; 0 if the clock says that it is earlier.
pub(crate) fn now_millis() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// A time in milliseconds since 1970, in UTC: `2026-11-21T12:34:56.789Z`.
pub(crate) fn timestamp(millis: u64) -> String {
    let (days, of_day) = (millis / 86_400_000, millis % 86_400_000);
    let (year, month, day) = date(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1_000 % 60,
        of_day % 1_000,
    )
}

/// The year, month and day of a number of days since 1970-01-01 in the Gregorian
/// calendar. Years begin in March here, so that the day that some lack comes last
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
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
    fn of_a_traceback_the_ends_are_enough() {
        let traceback = "a row failed: Traceback:\n  File \"a.py\"\n    x()\nIndexError: no\n";
        assert_eq!(
            one_line(traceback),
            "a row failed: Traceback: ... IndexError: no"
        );
        let marked = "KeyError: 42\n  File \"a.py\"\n    x[42]\n    ~^^^^\n";
        assert_eq!(one_line(marked), "KeyError: 42 ... x[42]");
        assert_eq!(one_line("\n ???\n"), "???");
        assert_eq!(one_line("one line\n"), "one line");
        assert_eq!(one_line(""), "");
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

    #[test]
    fn ages_and_dates_are_short() {
        assert_eq!(age(42), "42 s");
        assert_eq!(age(300), "5 min");
        assert_eq!(age(10_800), "3 h");
        assert_eq!(age(1_036_800), "12 d");
        assert_eq!(ago(u64::MAX), "0 s");
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (1_795_264_496_789, "2026-11-21T12:34:56.789Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(millis), text);
        }
        assert!(timestamp(u64::MAX).ends_with('Z'));
    }
}
