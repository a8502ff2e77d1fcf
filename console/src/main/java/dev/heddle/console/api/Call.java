package dev.heddle.console.api;

import dev.heddle.control.access.Caller;

/// A request that was let in.
///
/// @param path what stood where the route's pattern has names
/// @param caller who made it; somebody without a role where the route is open
record Call(ApiRequest request, PathParameters path, Caller caller) {}
