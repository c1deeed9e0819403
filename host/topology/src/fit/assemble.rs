//! The validated topology, made of the file and the descriptions.

use super::Fit;
use crate::file::{Entry, GrantsEntry, GroupingType, StateEntry, StreamEntry};
use crate::model::{
    Component, CustomGrouping, FileGrant, Grants, GroupingSpec, HttpGrant, StateGrant,
    Subscription, Topology,
};
use crate::units::{Period, Size};

/// The topology; `None` if something is missing that was reported.
pub(super) fn topology(fit: &Fit<'_>) -> Option<Topology> {
    let config = &fit.file.config;
    let mut components = fit
        .file
        .entries()
        .map(|entry| component(fit, &entry))
        .collect::<Option<Vec<_>>>()?;
    components.sort_by(|a, b| a.id.cmp(&b.id));
    let subscriptions = fit
        .file
        .streams
        .iter()
        .enumerate()
        .map(|(i, stream)| subscription(fit, i, stream))
        .collect::<Option<Vec<_>>>()?;
    Some(Topology {
        name: fit.file.name.clone(),
        acking: config.acking(),
        message_timeout: config.message_timeout(),
        dead_letters: config.dead_letters(),
        components,
        subscriptions,
    })
}

fn component(fit: &Fit<'_>, entry: &Entry<'_>) -> Option<Component> {
    Some(Component {
        id: entry.id.to_owned(),
        kind: entry.kind,
        path: entry.component.to_owned(),
        parallelism: entry.parallelism,
        config: entry.config.clone(),
        grants: grants(entry.grants),
        limits: entry.limits.limits(),
        restart: entry.restart.restart(),
        spout: entry.spout.map(|spout| fit.file.config.of_spout(spout)),
        tick: entry.tick.map(Period::get),
        description: fit.component(entry.id)?.clone(),
    })
}

fn grants(entry: &GrantsEntry) -> Grants {
    Grants {
        files: entry
            .files
            .iter()
            .map(|file| FileGrant {
                host: file.host.clone(),
                guest: file.guest.clone(),
                access: file.access,
                quota: file.quota.map_or(FileGrant::DEFAULT_QUOTA, Size::get),
            })
            .collect(),
        stdout: entry.stdout,
        env: entry.env.clone(),
        clock: entry.clock,
        random: entry.random,
        http: entry.http.as_ref().map(|http| HttpGrant {
            // What is not one was reported.
            hosts: http
                .hosts
                .iter()
                .filter_map(|host| host.parse().ok())
                .collect(),
            networks: http
                .networks
                .iter()
                .filter_map(|network| network.parse().ok())
                .collect(),
        }),
        state: match entry.state {
            StateEntry::Granted(false) => None,
            StateEntry::Granted(true) => Some(StateGrant::default()),
            StateEntry::Bounded(bounds) => Some(StateGrant {
                quota: bounds.quota.map_or(StateGrant::DEFAULT_QUOTA, Size::get),
            }),
        },
    }
}

fn subscription(fit: &Fit<'_>, index: usize, stream: &StreamEntry) -> Option<Subscription> {
    let (output, source) = fit.component(&stream.from)?.output(stream.stream())?;
    let fields = stream
        .grouping
        .args
        .iter()
        .map(|field| source.schema.index_of(field))
        .collect::<Option<Vec<_>>>()?;
    let grouping = match stream.grouping.kind {
        GroupingType::Shuffle => GroupingSpec::Shuffle,
        GroupingType::Fields => GroupingSpec::Fields { fields },
        GroupingType::PartialKey => GroupingSpec::PartialKey { fields },
        GroupingType::All => GroupingSpec::All,
        GroupingType::Global => GroupingSpec::Global,
        GroupingType::LocalOrShuffle => GroupingSpec::LocalOrShuffle,
        GroupingType::None => GroupingSpec::None,
        GroupingType::Direct => GroupingSpec::Direct,
        GroupingType::Custom => GroupingSpec::Custom(Box::new(CustomGrouping {
            path: stream.grouping.component.clone()?,
            config: stream.grouping.config.clone(),
            limits: stream.grouping.limits.limits(),
            description: fit.grouping(index)?.clone(),
        })),
    };
    Some(Subscription {
        label: stream.name.clone(),
        from: stream.from.clone(),
        stream: stream.stream().to_owned(),
        output,
        to: stream.to.clone(),
        schema: source.schema.clone(),
        grouping,
    })
}
