package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.extauthz.ConnectionCheckConfig;
import dev.heddle.proxy.filter.rbac.AccessConfig;

/// Decides whether a client may connect.
public sealed interface ConnectionGuard {
    /// By rules.
    record Rules(AccessConfig access) implements ConnectionGuard {}

    /// By asking a service.
    record Service(ConnectionCheckConfig check) implements ConnectionGuard {}
}
