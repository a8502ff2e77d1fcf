/// One request on its way: [Exchange] and the filters it passes.
///
/// A filter sees nothing but the exchange, which is why the exchange lives here. Filters themselves
/// are packages below this one that do not know each other.
@NullMarked
package dev.heddle.proxy.filter;

import org.jspecify.annotations.NullMarked;
