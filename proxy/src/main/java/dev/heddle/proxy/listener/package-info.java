/// Where connections come in, and what becomes of them when the configuration changes.
///
/// Every worker listens for itself on the same address (`SO_REUSEPORT`). A change of a listener is
/// for new connections; those that it has may end their exchanges.
@NullMarked
package dev.heddle.proxy.listener;

import org.jspecify.annotations.NullMarked;
