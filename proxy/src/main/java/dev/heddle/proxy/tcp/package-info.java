/// Connections whose bytes are passed on as they are.
@NullMarked
package dev.heddle.proxy.tcp;

import org.jspecify.annotations.NullMarked;
