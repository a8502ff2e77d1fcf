package dev.heddle.control.view;

/// What became of a resource that somebody wanted to delete.
public sealed interface Deletion {

    /// It is gone, or would be.
    ///
    /// @param version of the world without it; the present one for a dry run
    /// @param remains where the same resource is defined too, so that this definition is in force
    ///   now; empty when it is nowhere
    record Done(long version, String remains) implements Deletion {}

    /// There is no such resource.
    record NotFound() implements Deletion {}

    /// It stands in a file of the user's own, which is his to edit.
    ///
    /// @param place as in `config/reviews.yaml:12`
    record Foreign(String place) implements Deletion {}
}
