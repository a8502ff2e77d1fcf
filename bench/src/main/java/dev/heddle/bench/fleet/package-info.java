/// Many xDS clients in one process, as the control plane sees a whole mesh of sidecars.
///
/// A [dev.heddle.bench.fleet.FleetMain] is started by the rows about the control plane. Its members
/// are the product's own delta clients; they subscribe as a sidecar does and keep nothing.
@NullMarked
package dev.heddle.bench.fleet;

import org.jspecify.annotations.NullMarked;
