/// Tests of what the router decides.
@NullMarked
package dev.heddle.proxy.router;

import org.jspecify.annotations.NullMarked;
