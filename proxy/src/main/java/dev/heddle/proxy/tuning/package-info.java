/// Values that are changed while the proxy runs: Envoy's runtime
/// (<https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/operations/runtime>).
///
/// The configuration thread puts layers together; what comes of them is a [RuntimeValues], which
/// each worker has. Whoever has a key asks it, and says what counts where nothing was said.
@NullMarked
package dev.heddle.proxy.tuning;

import org.jspecify.annotations.NullMarked;
