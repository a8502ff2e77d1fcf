/// xDS without a network, for simulations and tests: see
/// [DirectLink][dev.heddle.xds.direct.DirectLink].
@NullMarked
package dev.heddle.xds.direct;

import org.jspecify.annotations.NullMarked;
