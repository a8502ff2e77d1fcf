package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.ParentReference;
import java.util.List;
import java.util.Map;

/// What comes of a route at each of its parents.
///
/// @param parents those that are ours, in the order of the route
/// @param refused references that come to nothing
record RouteOutcome(
        Resource<?> resource, List<Parent> parents, Map<FieldPath, Backend.Refused> refused) {

    RouteOutcome {
        parents = List.copyOf(parents);
    }

    /// At one parent.
    ///
    /// @param reference as it is written, or as it is meant
    /// @param path of the reference
    /// @param controller who says so
    record Parent(
            ParentReference reference,
            FieldPath path,
            String controller,
            List<Condition> conditions) {
        Parent {
            conditions = List.copyOf(conditions);
        }
    }
}
