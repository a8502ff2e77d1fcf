package dev.heddle.compiler.ir;

import java.util.List;

/// Which ways to show who one is routes of a listener ask for.
///
/// @param apiKeys whether some ask for keys of clients
/// @param userHeaders headers that get names of those who have a password, each once; an empty one
///   where none does
/// @param oidc whether some ask for a login
public record Logins(boolean apiKeys, List<String> userHeaders, boolean oidc) {
    /// Nobody is asked.
    public static final Logins NONE = new Logins(false, List.of(), false);

    public Logins {
        userHeaders = List.copyOf(userHeaders);
    }
}
