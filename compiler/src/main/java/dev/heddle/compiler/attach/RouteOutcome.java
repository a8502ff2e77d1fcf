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
/// @param flaws values that nobody here can do
record RouteOutcome(
        Resource<?> resource,
        List<Parent> parents,
        Map<FieldPath, Backend.Refused> refused,
        List<RouteView.Flaw> flaws) {

    RouteOutcome {
        parents = List.copyOf(parents);
        flaws = List.copyOf(flaws);
    }

    /// Whether rules are not in force, and others are.
    boolean isPartly() {
        return parents.stream()
                .flatMap(p -> p.conditions().stream())
                .anyMatch(c -> c.type().equals(Condition.PARTLY));
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

        /// Whether the route is taken there.
        boolean isAccepted() {
            return conditions.stream()
                    .anyMatch(c -> c.type().equals(Condition.ACCEPTED) && c.isTrue());
        }

        /// The same, where the route need not be taken there.
        Parent unneeded() {
            return new Parent(
                    reference,
                    path,
                    controller,
                    conditions.stream()
                            .map(c -> c.type().equals(Condition.ACCEPTED) ? c.untold() : c)
                            .toList());
        }
    }
}
