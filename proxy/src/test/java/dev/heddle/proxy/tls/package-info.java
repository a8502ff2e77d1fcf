/// TLS against real peers and real certificates.
@NullMarked
package dev.heddle.proxy.tls;

import org.jspecify.annotations.NullMarked;
