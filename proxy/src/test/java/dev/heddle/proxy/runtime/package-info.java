/// What is nearest to sockets.
@NullMarked
package dev.heddle.proxy.runtime;

import org.jspecify.annotations.NullMarked;
