package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.Role;
import java.util.Optional;

/// Who may use a route. Each route has one; there is no usual one.
sealed interface Rule {
    /// Everybody, unasked.
    ///
    /// @param reason why there is nothing to protect
    record Open(String reason) implements Rule {}

    /// Whoever has an account: it is about himself, or says what is no secret.
    record Anybody() implements Rule {}

    /// Whoever has that role in one namespace at least; what is answered or done is bounded to the
    /// namespaces where he has it.
    record Somewhere(Role role) implements Rule {}

    /// Whoever has that role in the namespace that the path names.
    record InPath(Role role) implements Rule {}

    /// Why that caller is not let in; empty when he is.
    default Optional<ApiResponse> objection(Caller caller, PathParameters path) {
        return switch (this) {
            case Open _, Anybody _ -> Optional.empty();
            case Somewhere(Role role) ->
                    caller.maySomewhere(role)
                            ? Optional.empty()
                            : Optional.of(forbidden(caller, role, "some namespace"));
            case InPath(Role role) -> objection(caller, role, path.namespace());
        };
    }

    /// The same for a namespace that is known now.
    ///
    /// @param namespace empty for what lives in none
    static Optional<ApiResponse> objection(Caller caller, Role role, String namespace) {
        if (caller.may(role, namespace)) {
            return Optional.empty();
        }
        String where =
                namespace.isEmpty() || namespace.equals(Grant.EVERYWHERE)
                        ? "all namespaces"
                        : "namespace '" + namespace + "'";
        return Optional.of(forbidden(caller, role, where));
    }

    private static ApiResponse forbidden(Caller caller, Role role, String where) {
        return ApiResponse.error(
                403,
                "'%s' may not do this: it needs the role %s in %s"
                        .formatted(caller.name(), role, where),
                "header Authorization",
                "Ask an admin for the role, or use another account; '%s' has %s"
                        .formatted(
                                caller.name(),
                                caller.account().grants().isEmpty()
                                        ? "none"
                                        : caller.account().grants()));
    }

    /// For descriptions, as in `operator in the namespace of the path`.
    default String text() {
        return switch (this) {
            case Open(String reason) -> "nobody has to prove anything: " + reason;
            case Anybody _ -> "any account";
            case Somewhere(Role role) -> role + " in some namespace; it reaches no further";
            case InPath(Role role) -> role + " in the namespace of the path";
        };
    }
}
