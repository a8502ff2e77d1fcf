package dev.heddle.compiler.ir;

import java.util.List;

/// Which ways to show who one is routes of a listener ask for.
///
/// @param apiKeys whether some ask for keys of clients
/// @param userHeaders headers that get names of those who have a password, each once; an empty one
///   where none does
public record Logins(boolean apiKeys, List<String> userHeaders) {
    /// Nobody is asked.
    public static final Logins NONE = new Logins(false, List.of());

    public Logins {
        userHeaders = List.copyOf(userHeaders);
    }
}
