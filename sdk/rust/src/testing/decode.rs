//! From what a call returned to rows.

use anyhow::{Context as _, ensure};

use crate::Result;
use crate::column::View;
use crate::schema::Stream;
use crate::value::Value;
use crate::wit;

/// The name of an output stream.
pub(crate) fn stream(streams: &[Stream], output: u32) -> Result<String> {
    let stream = streams
        .get(output as usize)
        .context("rows on a stream that is not described")?;
    Ok(stream.name().to_owned())
}

/// The rows of columns.
pub(crate) fn rows(columns: &[wit::Column], rows: u32) -> Result<Vec<Vec<Value<'static>>>> {
    let open = |column| View::open(column, rows as usize);
    let views = columns.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let row = |row| {
        views
            .iter()
            .map(|view| view.value(row).into_owned())
            .collect()
    };
    Ok((0..rows as usize).map(row).collect())
}

/// Numbers of four bytes each.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|number| u32::from_le_bytes(*number))
        .collect()
}

/// The numbers of each row.
pub(crate) fn lists(lists: &wit::NumberLists, rows: u32) -> Result<Vec<Vec<u32>>> {
    let (offsets, numbers) = (self::numbers(&lists.offsets), self::numbers(&lists.numbers));
    ensure!(
        offsets.len() == rows as usize + 1,
        "not one list for each row"
    );
    let list = |&[start, end]: &[u32; 2]| numbers.get(start as usize..end as usize);
    offsets
        .array_windows()
        .map(|window| {
            list(window)
                .map(<[u32]>::to_vec)
                .context("offsets out of range")
        })
        .collect()
}
