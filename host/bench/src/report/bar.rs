//! Bars: the longest has the full width, the others their share of it.

/// The eighths of a character, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar of a share (0 to 1) of so many characters. One that is not nothing can be seen.
pub(super) fn of(share: f64, width: usize, unicode: bool) -> String {
    if share.is_nan() || share <= 0.0 {
        return String::new();
    }
    let eighths = (share.min(1.0) * width as f64 * 8.0).round().max(1.0) as usize;
    if !unicode {
        return "#".repeat(eighths.div_ceil(8));
    }
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS[part]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        for (share, unicode, plain) in [
            (1.0, "████", "####"),
            (0.5, "██", "##"),
            (0.28, "█▏", "##"),
            (0.001, "▏", "#"),
            (7.0, "████", "####"),
            (0.0, "", ""),
            (f64::NAN, "", ""),
        ] {
            assert_eq!(of(share, 4, true), unicode, "{share}");
            assert_eq!(of(share, 4, false), plain, "{share}");
        }
    }
}
