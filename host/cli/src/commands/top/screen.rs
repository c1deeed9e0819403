//! Drawing, and reading keys.

use std::time::Duration;

use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Paragraph, Row, Table, TableState};
use tokio::sync::mpsc;

use super::app::App;
use super::rows::Rows;
use crate::table::Align;

/// How often it is looked whether somebody still wants keys.
const LOOK: Duration = Duration::from_millis(100);

/// Keys as they are pressed.
pub(super) fn keys() -> mpsc::Receiver<KeyEvent> {
    let (sender, keys) = mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        while !sender.is_closed() {
            match event::poll(LOOK) {
                Ok(false) => continue,
                Ok(true) => {}
                // Without a terminal there is nobody to draw for.
                Err(_) => return,
            }
            let key = match event::read() {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => key,
                // Another size: a key that does nothing draws a new picture.
                Ok(Event::Resize(..)) => KeyEvent::from(event::KeyCode::Null),
                Ok(_) => continue,
                Err(_) => return,
            };
            if sender.blocking_send(key).is_err() {
                return;
            }
        }
    });
    keys
}

/// Draws everything.
pub(super) fn draw(app: &mut App, frame: &mut Frame<'_>) {
    let main = app.rows();
    let workers = app.workers();
    let workers_height = workers.as_ref().map_or(0, |workers| {
        u16::try_from(workers.rows.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2)
            .min(frame.area().height / 3)
    });
    let [title, body, below, trouble, help] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(2),
        Constraint::Length(workers_height),
        Constraint::Length(u16::from(app.trouble().is_some())),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    frame.render_widget(Paragraph::new(app.title()).style(bold), title);
    let last = main.rows.len().saturating_sub(1);
    if app.chosen.selected().is_some_and(|line| line > last) {
        app.chosen.select(Some(last));
    }
    draw_table(frame, body, &main, &mut app.chosen);
    if let Some(workers) = &workers {
        draw_table(frame, below, workers, &mut TableState::default());
    }
    if let Some(text) = app.trouble() {
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        frame.render_widget(Paragraph::new(text).style(reversed), trouble);
    }
    let dim = Style::new().add_modifier(Modifier::DIM);
    frame.render_widget(Paragraph::new(app.help()).style(dim), help);
}

fn draw_table(frame: &mut Frame<'_>, area: Rect, rows: &Rows, state: &mut TableState) {
    let widths = rows.columns.iter().enumerate().map(|(column, (title, _))| {
        let cells = rows.rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        let width = widest.max(title.chars().count());
        Constraint::Length(u16::try_from(width).unwrap_or(u16::MAX))
    });
    let widths: Vec<Constraint> = widths.collect();
    let cell = |text: &str, align: Align| {
        let line = Line::from(text.to_owned());
        Cell::from(match align {
            Align::Left => line,
            Align::Right => line.right_aligned(),
        })
    };
    let header = rows
        .columns
        .iter()
        .map(|(title, align)| cell(title, *align));
    let lines = rows.rows.iter().map(|row| {
        let cells = row.iter().zip(&rows.columns);
        Row::new(
            cells
                .map(|(text, (_, align))| cell(text, *align))
                .collect::<Vec<_>>(),
        )
    });
    let table = Table::new(lines, widths)
        .column_spacing(2)
        .header(
            Row::new(header.collect::<Vec<_>>())
                .style(Style::new().add_modifier(Modifier::UNDERLINED)),
        )
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    frame.render_stateful_widget(table, area, state);
}
