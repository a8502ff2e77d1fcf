/// Asks hosts whether they are well: by HTTP, by gRPC, by a connection.
///
/// The worker that owns a cluster's health asks for all; what follows from an answer is decided by
/// [dev.heddle.proxy.upstream.health.HostCheck]. Each host has a checker of its own, with at most
/// one connection and one question at a time.
@NullMarked
package dev.heddle.proxy.healthcheck;

import org.jspecify.annotations.NullMarked;
