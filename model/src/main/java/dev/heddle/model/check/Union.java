package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import java.util.Optional;

/// A record of the Gateway API whose `type` says which one of its components is there.
///
/// @param type as said
/// @param path of the record
record Union(String type, FieldPath path, Findings findings) {

    /// That component must be there if it is its type, and must not be there otherwise. Its name is
    /// the type's, but for the first letters.
    ///
    /// @param of type whose component it is
    void only(String of, Optional<?> component) {
        only(of, fieldOf(of), component);
    }

    /// As [#only(String, Optional)], for a component of another name than its type's.
    void only(String of, String field, Optional<?> component) {
        boolean isMeant = type.equals(of);
        if (isMeant && component.isEmpty()) {
            findings.missing(path.field(field), "type " + type + " needs '" + field + "'");
        }
        if (!isMeant && component.isPresent()) {
            findings.error(path.field(field), "not with type " + type + " (expected: none)");
        }
    }

    private static String fieldOf(String type) {
        return Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }
}
