package dev.heddle.control.view;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.ResourceId;
import java.util.List;

/// What became of a [Proposal].
public sealed interface Apply {

    /// All of it is in force, or on its way in stages, or would be, but for what is ignored.
    ///
    /// @param version of the world that has it; the present one for a dry run
    /// @param changes in the order of the proposal, ignored ones first
    /// @param findings that they bring with them
    record Done(long version, List<Change> changes, List<Diagnostic> findings) implements Apply {
        public Done {
            changes = List.copyOf(changes);
            findings = List.copyOf(findings);
        }
    }

    /// Nothing of it is in force, because there are errors.
    record Refused(List<Diagnostic> findings) implements Apply {
        public Refused {
            findings = List.copyOf(findings);
        }
    }

    /// Nothing of it is in force, because the caller may not change one of the resources.
    record Forbidden(ResourceId id) implements Apply {}

    /// Nothing of it is in force, because a resource that shall go is not there.
    record NotThere(ResourceId id) implements Apply {}

    /// Nothing of it is in force, because a resource that shall go stands in a file of the user's
    /// own, which is his to edit.
    ///
    /// @param place as in `config/reviews.yaml:12`
    record Foreign(ResourceId id, String place) implements Apply {}

    /// There is nothing to do: nothing was proposed.
    record Empty() implements Apply {}

    /// The version that shall be in force again is not kept.
    ///
    /// @param oldest that is
    /// @param newest that is
    record NoVersion(long version, long oldest, long newest) implements Apply {}

    /// Nothing is in force again, because files that were not applied would have to be written.
    record OwnFiles(List<String> files) implements Apply {
        public OwnFiles {
            files = List.copyOf(files);
        }
    }

    /// Nothing of it is in force, because another change is on its way in stages.
    record Busy(long version) implements Apply {}

    /// Nothing of it is in force, because no proxy could have it first.
    record Unwatched() implements Apply {}

    /// What happened to one resource.
    ///
    /// @param remains of a resource that is gone: where it is defined too, so that this definition
    ///   is in force now; empty when it is nowhere
    record Change(ResourceId id, Verb verb, String remains) {}

    /// In kubectl's words.
    enum Verb {
        /// It was not there.
        CREATED,
        /// It said something else.
        CONFIGURED,
        /// It said the same.
        UNCHANGED,
        /// It is there no more.
        DELETED,
        /// It is nothing that a mesh acts on: a MeshTest.
        IGNORED
    }
}
