package dev.heddle.control.access.oidc;

import dev.heddle.control.access.Accounts;
import java.util.Optional;

/// The ways into a control plane's API.
///
/// @param accounts of this control plane, and everybody's tokens
/// @param provider whose people are let in, too; empty for none
public record Doors(Accounts accounts, Optional<ProviderLogins> provider) {
    /// Its own accounts only.
    public static Doors of(Accounts accounts) {
        return new Doors(accounts, Optional.empty());
    }
}
