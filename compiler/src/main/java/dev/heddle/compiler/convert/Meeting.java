package dev.heddle.compiler.convert;

/// What two conditions have in common.
///
/// @param <C> kind of condition
sealed interface Meeting<C> {
    /// No request can meet both.
    record Nothing<C>() implements Meeting<C> {}

    /// A condition that says both.
    record Both<C>(C condition) implements Meeting<C> {}

    /// Some request may meet both, and no condition says it.
    record Unknown<C>() implements Meeting<C> {}
}
