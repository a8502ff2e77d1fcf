/// TLS of the control plane's own HTTP servers: certificates that change while a server runs, and
/// an answer for whoever speaks HTTP in plain text.
@NullMarked
package dev.heddle.console.tls;

import org.jspecify.annotations.NullMarked;
