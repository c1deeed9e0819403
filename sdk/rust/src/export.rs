//! The macros that make a component of a type, and what they need.

use std::cell::RefCell;
use std::thread::LocalKey;

pub use crate::bindings;
pub use crate::bolt::BoltTask;
pub use crate::grouping::GroupingTask;
pub use crate::spout::SpoutTask;

/// Where a component keeps its prepared task. A component has one thread.
pub type Slot<T> = LocalKey<RefCell<Option<T>>>;

/// Puts a prepared task into its slot, and sees to it that a panic is written to standard
/// error, with its place: of what an instance that traps has written there the host takes the
/// end into the error.
pub fn prepare<T>(
    slot: &'static Slot<T>,
    prepare: impl FnOnce() -> Result<T, String>,
) -> Result<(), String> {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
    }));
    let task = prepare()?;
    slot.set(Some(task));
    Ok(())
}

/// Calls the prepared task.
pub fn call<T, R>(
    slot: &'static Slot<T>,
    call: impl FnOnce(&mut T) -> Result<R, String>,
) -> Result<R, String> {
    slot.with_borrow_mut(|task| {
        call(
            task.as_mut()
                .ok_or("the host called a task that is not prepared")?,
        )
    })
}

/// Makes the component a bolt: exports a type that implements
/// [`Bolt`](crate::Bolt) or [`BatchBolt`](crate::BatchBolt). Once in a crate of the type
/// `cdylib`.
#[macro_export]
macro_rules! bolt {
    ($bolt:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::__export::bindings::bolt::exports::stormcell::topology::bolt_task as wit;
            use $crate::__export::{BoltTask, call, prepare};

            struct Component;

            ::std::thread_local! {
                static TASK: ::std::cell::RefCell<::std::option::Option<BoltTask<$bolt>>> =
                    const { ::std::cell::RefCell::new(::std::option::Option::None) };
            }

            type Returned<T> = ::std::result::Result<T, ::std::string::String>;

            impl wit::Guest for Component {
                fn describe() -> wit::Description {
                    BoltTask::<$bolt>::describe()
                }
                fn prepare(context: wit::Context) -> Returned<()> {
                    prepare(&TASK, || BoltTask::prepare(context))
                }
                fn execute(batches: ::std::vec::Vec<wit::Batch>) -> Returned<wit::Outcome> {
                    call(&TASK, |task| task.execute(batches))
                }
                fn tick(now: u64) -> Returned<wit::Outcome> {
                    call(&TASK, |task| task.tick(now))
                }
                fn close(reason: wit::CloseReason) -> Returned<wit::Outcome> {
                    call(&TASK, |task| task.close(reason))
                }
            }

    $crate::__export_bolt_impl!(Component with_types_in $crate::__export::bindings::bolt);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            fn is_a_bolt<B: $crate::BatchBolt>() {}
            let _ = is_a_bolt::<$bolt>;
        };
    };
}

/// Makes the component a spout: exports a type that implements
/// [`Spout`](crate::Spout). Once in a crate of the type `cdylib`.
#[macro_export]
macro_rules! spout {
    ($spout:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::__export::bindings::spout::exports::stormcell::topology::spout_task as wit;
            use $crate::__export::{SpoutTask, call, prepare};

            struct Component;

            ::std::thread_local! {
                static TASK: ::std::cell::RefCell<::std::option::Option<SpoutTask<$spout>>> =
                    const { ::std::cell::RefCell::new(::std::option::Option::None) };
            }

            type Returned<T> = ::std::result::Result<T, ::std::string::String>;

            impl wit::Guest for Component {
                fn describe() -> wit::Description {
                    SpoutTask::<$spout>::describe()
                }
                fn prepare(context: wit::Context) -> Returned<()> {
                    prepare(&TASK, || SpoutTask::prepare(context))
                }
                fn activate() -> Returned<()> {
                    call(&TASK, |task| task.activate())
                }
                fn deactivate() -> Returned<()> {
                    call(&TASK, |task| task.deactivate())
                }
                fn next(max_rows: u32) -> Returned<wit::SpoutOutcome> {
                    call(&TASK, |task| task.next(max_rows))
                }
                fn acked(ids: ::std::vec::Vec<u8>) -> Returned<()> {
                    call(&TASK, |task| task.acked(&ids))
                }
                fn failed(ids: ::std::vec::Vec<u8>) -> Returned<()> {
                    call(&TASK, |task| task.failed(&ids))
                }
                fn close(reason: wit::CloseReason) -> Returned<()> {
                    call(&TASK, |task| task.close(reason))
                }
            }

    $crate::__export_spout_impl!(Component with_types_in $crate::__export::bindings::spout);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            fn is_a_spout<S: $crate::Spout>() {}
            let _ = is_a_spout::<$spout>;
        };
    };
}

/// Makes the component a grouping: exports a type that implements
/// [`CustomGrouping`](crate::CustomGrouping). Once in a crate of the type `cdylib`.
#[macro_export]
macro_rules! custom_grouping {
    ($grouping:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::__export::bindings::grouping::exports::stormcell::topology::grouping_task as wit;
            use $crate::__export::{GroupingTask, call, prepare};

            struct Component;

            ::std::thread_local! {
                static TASK: ::std::cell::RefCell<::std::option::Option<GroupingTask<$grouping>>> =
                    const { ::std::cell::RefCell::new(::std::option::Option::None) };
            }

            type Returned<T> = ::std::result::Result<T, ::std::string::String>;

            impl wit::Guest for Component {
                fn describe() -> wit::GroupingDescription {
                    GroupingTask::<$grouping>::describe()
                }
                fn prepare(context: wit::GroupingContext) -> Returned<()> {
                    prepare(&TASK, || GroupingTask::prepare(context))
                }
                fn choose(
                    rows: u32,
                    columns: ::std::vec::Vec<wit::Column>,
                ) -> Returned<wit::Choice> {
                    call(&TASK, |task| task.choose(rows, columns))
                }
            }

            $crate::__export_custom_grouping_impl!(
                Component with_types_in $crate::__export::bindings::grouping
            );
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            fn is_a_grouping<G: $crate::CustomGrouping>() {}
            let _ = is_a_grouping::<$grouping>;
        };
    };
}
