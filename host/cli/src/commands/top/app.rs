//! What is looked at, and what keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::widgets::TableState;

use super::fetch::{Snapshot, Taken};
use super::rows::{self, Rows};
use crate::client::ClientError;

/// What comes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing but perhaps another picture.
    Stay,
    /// Something else is to be asked for.
    Look,
    /// The end.
    Leave,
}

/// The state of the screen.
#[derive(Debug)]
pub(super) struct App {
    /// The topology that is looked at; `None`: all of them.
    topology: Option<String>,
    before: Option<Snapshot>,
    now: Option<Snapshot>,
    /// Why there is nothing newer.
    trouble: Option<String>,
    /// The chosen line.
    pub(super) chosen: TableState,
}

impl App {
    /// Looks at a topology, or at all of them.
    pub(super) fn new(topology: Option<String>, first: Snapshot) -> Self {
        Self {
            topology,
            before: None,
            now: Some(first),
            trouble: None,
            chosen: TableState::default().with_selected(0),
        }
    }

    /// Which topology is to be asked for.
    pub(super) fn wanted(&self) -> Option<String> {
        self.topology.clone()
    }

    /// Takes what the supervisor said. After trouble, what was last known stays.
    pub(super) fn take(&mut self, taken: Taken) {
        if taken.name != self.topology {
            return;
        }
        match taken.result {
            Ok(snapshot) => {
                self.trouble = None;
                self.before = self.now.replace(snapshot);
            }
            Err(error) if error.is_not_found() => {
                let name = self.topology.as_deref().unwrap_or_default();
                self.trouble = Some(format!("{name} is gone"));
                self.before = None;
                self.now = None;
            }
            Err(ClientError::Absent(message) | ClientError::Lost(message)) => {
                self.trouble = Some(message);
            }
            Err(
                ClientError::Unauthorized(message)
                | ClientError::Denied(message)
                | ClientError::Broken(message),
            ) => self.trouble = Some(message),
            Err(ClientError::Refused(problem, _)) => self.trouble = Some(problem.message),
            Err(ClientError::Interrupted) => {}
        }
    }

    /// Does what a key means.
    pub(super) fn key(&mut self, key: KeyEvent) -> Step {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => Step::Leave,
            KeyCode::Char('q') => Step::Leave,
            KeyCode::Down | KeyCode::Char('j') => {
                self.choose(|line, last| line.saturating_add(1).min(last));
                Step::Stay
            }
            KeyCode::Up | KeyCode::Char('k') => {
                self.choose(|line, _| line.saturating_sub(1));
                Step::Stay
            }
            KeyCode::Enter | KeyCode::Right if self.topology.is_none() => {
                let Some(name) = self.chosen_topology() else {
                    return Step::Stay;
                };
                self.look_at(Some(name))
            }
            KeyCode::Esc | KeyCode::Left if self.topology.is_some() => self.look_at(None),
            _ => Step::Stay,
        }
    }

    fn look_at(&mut self, topology: Option<String>) -> Step {
        let was = std::mem::replace(&mut self.topology, topology);
        self.before = None;
        self.trouble = None;
        // Back among the topologies, the one that was looked at is chosen.
        let line = self.now.as_ref().and_then(|now| {
            let mut names = now.topologies.iter().map(|topology| Some(&topology.name));
            names.position(|name| self.topology.is_none() && name == was.as_ref())
        });
        self.chosen.select(Some(line.unwrap_or(0)));
        Step::Look
    }

    fn choose(&mut self, change: impl Fn(usize, usize) -> usize) {
        let last = self.rows().rows.len().saturating_sub(1);
        let line = self.chosen.selected().unwrap_or(0).min(last);
        self.chosen.select(Some(change(line, last)));
    }

    fn chosen_topology(&self) -> Option<String> {
        let topologies = &self.now.as_ref()?.topologies;
        let line = self.chosen.selected()?;
        topologies.get(line).map(|topology| topology.name.clone())
    }

    /// The main table.
    pub(super) fn rows(&self) -> Rows {
        let nothing = Rows {
            columns: Vec::new(),
            rows: Vec::new(),
        };
        let Some(now) = &self.now else {
            return nothing;
        };
        match &self.topology {
            None => rows::topologies(self.before.as_ref(), now),
            Some(_) => rows::components(self.before.as_ref(), now),
        }
    }

    /// The workers of the topology that is looked at.
    pub(super) fn workers(&self) -> Option<Rows> {
        self.topology.as_ref()?;
        self.now.as_ref().map(rows::workers)
    }

    /// The first line.
    pub(super) fn title(&self) -> String {
        match (&self.topology, &self.now) {
            (None, Some(now)) => match now.topologies.len() {
                0 => "no topologies; submit one with `stormcell submit TOPOLOGY`".to_owned(),
                number => crate::format::of(number as u64, "topology").replace("ys", "ies"),
            },
            (None, None) => String::new(),
            (Some(name), now) => {
                let topologies = now.iter().flat_map(|now| &now.topologies);
                let summary = topologies.into_iter().find(|summary| summary.name == *name);
                match summary {
                    None => name.clone(),
                    Some(summary) => {
                        let status = crate::commands::list::status(summary.status);
                        let note = crate::commands::list::note(summary);
                        let separator = if note.is_empty() { "" } else { ": " };
                        format!("{name}, {status}{separator}{note}")
                    }
                }
            }
        }
    }

    /// Why nothing newer is shown.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// What can be typed.
    pub(super) fn help(&self) -> &'static str {
        match self.topology {
            None => "up/down choose   enter components   q leave",
            Some(_) => "up/down choose   esc topologies   q leave",
        }
    }
}
