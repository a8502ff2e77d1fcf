/// Datagrams that are passed on as they are.
@NullMarked
package dev.heddle.proxy.udp;

import org.jspecify.annotations.NullMarked;
