/// Certificates and keys, as they travel in secrets: PEM. The control plane reads them to say what
/// is wrong with them, the proxy to use them, and as both read them here, what the one lets through
/// the other takes.
@NullMarked
package dev.heddle.xds.secret;

import org.jspecify.annotations.NullMarked;
