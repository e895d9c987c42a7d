//! Tables from opcode to handler: one closure per opcode, and a function that knows where its operands are.

/// Builds a module's `handler` for operations that kernels execute often: each closure is compiled for every level of the
/// host. Each kind is a function of this module (or of the module that invokes the macro, by path) that takes the wave,
/// the step and the closure.
macro_rules! lane_handlers {
    ($($kind:path { $($($opcode:ident)|+ => $operation:expr;)* })*) => {
        /// The handler of an opcode of this module, compiled for a level of the host.
        pub(super) fn handler<L: $crate::execute::host_isa::Level>(
            opcode: $crate::isa::Opcode,
        ) -> Option<$crate::execute::step::Handler> {
            Some(match opcode {
                $($($($crate::isa::Opcode::$opcode)|+ => {
                    fn run<L: $crate::execute::host_isa::Level>(
                        wave: &mut $crate::execute::wave::Wave,
                        _: &mut $crate::execute::group::Group<'_>,
                        step: &$crate::execute::step::Step,
                    ) -> $crate::execute::step::Outcome {
                        L::run(#[inline(always)] || $kind(wave, step, $operation))
                    }
                    run::<L>
                })*)*
                _ => return None,
            })
        }
    };
}
pub(super) use lane_handlers;

/// As [`lane_handlers`], compiled once for all levels: for scalar operations, which gain nothing from vector code, and for
/// rare ones (named `rare`), which would triple the time that the crate takes to compile.
macro_rules! plain_handlers {
    ($name:ident: $($kind:path { $($($opcode:ident)|+ => $operation:expr;)* })*) => {
        /// The handler of an opcode of this module that is compiled once.
        pub(super) fn $name(opcode: $crate::isa::Opcode) -> Option<$crate::execute::step::Handler> {
            Some(match opcode {
                $($($($crate::isa::Opcode::$opcode)|+ => |wave, _, step| $kind(wave, step, $operation),)*)*
                _ => return None,
            })
        }
    };
}
pub(super) use plain_handlers;

/// The handler that calls a function of wave, group and step, with what else it takes, compiled for a level of the host.
macro_rules! compiled {
    ($level:ident: $function:path $(, $argument:expr)*) => {
        |wave, group, step| {
            $level::run(
                #[inline(always)]
                || $function(wave, group, step $(, $argument)*),
            )
        }
    };
}
pub(super) use compiled;
