/// The data plane: one process that takes configuration over xDS and moves bytes.
///
/// [Proxy] builds everything, in the order in which it depends on each other; who knows nothing
/// starts reading there.
@NullMarked
package dev.heddle.proxy;

import org.jspecify.annotations.NullMarked;
