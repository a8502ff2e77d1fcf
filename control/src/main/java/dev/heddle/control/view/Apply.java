package dev.heddle.control.view;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.ResourceId;
import java.util.List;

/// What became of resources that somebody wanted to put in force.
public sealed interface Apply {

    /// All of them are in force, or would be.
    ///
    /// @param version of the world that has them; the present one for a dry run
    /// @param changes in the order of the text
    /// @param findings that they bring with them
    record Done(long version, List<Change> changes, List<Diagnostic> findings) implements Apply {
        public Done {
            changes = List.copyOf(changes);
            findings = List.copyOf(findings);
        }
    }

    /// None of them is in force, because there are errors.
    record Refused(List<Diagnostic> findings) implements Apply {
        public Refused {
            findings = List.copyOf(findings);
        }
    }

    /// None of them is in force, because the caller may not change one of them.
    record Forbidden(ResourceId id) implements Apply {}

    /// What happened to one resource.
    record Change(ResourceId id, Verb verb) {}

    /// In kubectl's words.
    enum Verb {
        /// It was not there.
        CREATED,
        /// It said something else.
        CONFIGURED,
        /// It said the same.
        UNCHANGED
    }
}
