package dev.heddle.compiler.convert;

import dev.heddle.compiler.select.MadeResource;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import java.util.List;

/// What cannot be carried over, while that is found out. Used by one conversion.
final class Losses {
    private final Diagnostics found = new Diagnostics();

    /// Something is lost.
    ///
    /// @param why as in `faults have no place in the Gateway API`
    /// @param instead what to do, or what is made in its place
    void add(Origin origin, String why, String instead) {
        found.add(DiagnosticCode.NOT_CARRIED_OVER, origin, why, instead);
    }

    /// As [#add(Origin, String, String)], of a field of a rule.
    void add(Resource<?> owner, FieldPath path, String why, String instead) {
        add(MadeResource.origin(owner, path), why, instead);
    }

    /// In reading order.
    List<Diagnostic> toList() {
        return found.toList();
    }
}
